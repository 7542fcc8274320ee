package org.accrual.benchmarks;

import io.grpc.ManagedChannel;
import io.grpc.health.v1.HealthCheckRequest;
import io.grpc.health.v1.HealthGrpc;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ThreadLocalRandom;
import java.util.stream.IntStream;
import org.accrual.api.query.v1.EnrollmentQueryServiceGrpc;
import org.accrual.api.query.v1.GetEnrollmentRequest;
import org.accrual.embedded.EmbeddedKafka;
import org.accrual.provision.TopicPlan;

/**
 * GetEnrollment a second against a gRPC call that does nothing, to the same server, and then a
 * select by primary key: the most that processors which all three share can do.
 */
final class QueryBenchmark {
  private static final String QUERY = "GetEnrollment";
  private static final String NO_OP = "a gRPC call that does nothing";
  private static final String SELECT = "select by primary key";
  private static final int ROWS = 100_000;

  private QueryBenchmark() {}

  static void run(Bench.Options options) throws Exception {
    try (BenchDatabase database = BenchDatabase.start();
        EmbeddedKafka kafka =
            EmbeddedKafka.start(database.folder().resolve("kafka"), "127.0.0.1", 0)) {
      String url = database.migrated("query");
      System.out.println(TopicPlan.apply(kafka.bootstrapServers(), 1));
      List<UUID> ids = fill(url);
      try (ServiceUnderTest consumers =
          ServiceUnderTest.start(
              "consumers",
              List.of(
                  "accrual.database.url=" + url,
                  // It watches the topics, whatever it consumes.
                  "accrual.kafka.bootstrap-servers=" + kafka.bootstrapServers(),
                  "accrual.consumers.enabled=none",
                  "accrual.database.query-pool-size=" + options.clients()),
              database.folder().resolve("consumers.log"))) {
        ManagedChannel channel =
            NettyChannelBuilder.forAddress("127.0.0.1", consumers.grpcPort())
                .usePlaintext()
                .build();
        try (Contender select = new Select(url, ids, options.clients())) {
          Map<String, List<Double>> rates =
              options.rounds().run(List.of(query(channel, ids), noOp(channel), select));
          report(options, rates);
        }
        channel.shutdownNow();
      }
    }
  }

  private static void report(Bench.Options options, Map<String, List<Double>> rates)
      throws Exception {
    Report report = new Report("query");
    report.rates(rates);
    List<Double> query = rates.getOrDefault(QUERY, List.of());
    List<Double> noOp = rates.getOrDefault(NO_OP, List.of());
    List<Double> select = rates.getOrDefault(SELECT, List.of());
    report.ratio(
        QUERY + " / both in turn",
        IntStream.range(0, query.size())
            .mapToObj(i -> query.get(i) * (1 / noOp.get(i) + 1 / select.get(i)))
            .toList(),
        0.85);
    report.write(options.json());
  }

  private static List<UUID> fill(String url) throws SQLException {
    List<UUID> ids = new ArrayList<>(ROWS);
    try (Connection connection = BenchDatabase.connect(url);
        PreparedStatement statement =
            connection.prepareStatement(
                """
                insert into projection.enrollment
                       (enrollment_id, study_id, site_id, patient_id, state, version, screened_at, requested_at,
                        confirmed_at, updated_at, kit_id, randomization_number)
                select uuidv7(), 'BENCH', 'S' || i %% 100, 'patient-' || i, 'on-study', 5, now(), now(), now(), now(),
                       'kit-' || i, 'S-' || i
                  from generate_series(1, %d) i returning enrollment_id
                """
                    .formatted(ROWS));
        ResultSet made = statement.executeQuery()) {
      while (made.next()) {
        ids.add(made.getObject(1, UUID.class));
      }
      connection.createStatement().execute("vacuum analyze projection.enrollment");
    }
    return ids;
  }

  private static Contender query(ManagedChannel channel, List<UUID> ids) {
    var stub = EnrollmentQueryServiceGrpc.newBlockingStub(channel);
    return contender(
        QUERY,
        () -> {
          var _ =
              stub.getEnrollment(
                  GetEnrollmentRequest.newBuilder().setEnrollmentId(any(ids).toString()).build());
        });
  }

  private static Contender noOp(ManagedChannel channel) {
    var stub = HealthGrpc.newBlockingStub(channel);
    return contender(
        NO_OP,
        () -> {
          var _ = stub.check(HealthCheckRequest.getDefaultInstance());
        });
  }

  private static Contender contender(String name, Runnable operation) {
    return new Contender() {
      @Override
      public String name() {
        return name;
      }

      @Override
      public void operate(int client) {
        operation.run();
      }
    };
  }

  private static UUID any(List<UUID> ids) {
    return ids.get(ThreadLocalRandom.current().nextInt(ids.size()));
  }

  /** As pgbench's select-only script, prepared: a connection a client. */
  private static final class Select implements Contender {
    private final List<UUID> ids;
    private final List<PreparedStatement> statements = new ArrayList<>();

    Select(String url, List<UUID> ids, int clients) throws SQLException {
      this.ids = ids;
      for (int i = 0; i < clients; i++) {
        statements.add(
            BenchDatabase.connect(url)
                .prepareStatement(
                    """
                    select enrollment_id, study_id, site_id, patient_id, state, version, reason,
                           screened_at, requested_at, confirmed_at, updated_at
                      from projection.enrollment where enrollment_id = ?
                    """));
      }
    }

    @Override
    public String name() {
      return SELECT;
    }

    @Override
    public void operate(int client) throws SQLException {
      PreparedStatement statement = statements.get(client);
      statement.setObject(1, any(ids));
      try (ResultSet row = statement.executeQuery()) {
        if (!row.next()) {
          throw new SQLException("a row is missing");
        }
      }
    }
  }
}
