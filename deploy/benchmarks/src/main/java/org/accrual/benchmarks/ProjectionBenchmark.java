package org.accrual.benchmarks;

import com.fasterxml.uuid.Generators;
import com.fasterxml.uuid.NoArgGenerator;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import org.accrual.contract.EventSchemas;
import org.accrual.contract.Headers;
import org.accrual.contract.Topics;
import org.accrual.embedded.EmbeddedKafka;
import org.accrual.embedded.EmbeddedRegistry;
import org.accrual.event.enrollment.ConsentRecorded;
import org.accrual.event.enrollment.EligibilityRecorded;
import org.accrual.event.enrollment.EnrollmentConfirmed;
import org.accrual.event.enrollment.EnrollmentRequested;
import org.accrual.event.enrollment.PatientScreened;
import org.accrual.provision.Schemas;
import org.accrual.provision.TopicPlan;
import org.accrual.runtime.registry.SchemaRegistry;
import org.apache.avro.io.BinaryEncoder;
import org.apache.avro.io.EncoderFactory;
import org.apache.avro.specific.SpecificDatumWriter;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.postgresql.PGConnection;

/**
 * A backlog of events applied by the projection, gate and offsets in the transaction, against COPY
 * of the rows that it made of them, into tables of the same shape.
 */
final class ProjectionBenchmark {
  private static final String PROJECTION = "events applied";
  private static final String COPY = "COPY of their rows";
  private static final int STORIES = 30_000;
  private static final int EVENTS = 5 * STORIES;
  private static final List<String> TABLES = List.of("enrollment", "enrollment_history", "applied");
  private static final NoArgGenerator IDS = Generators.timeBasedEpochGenerator();

  private final BenchDatabase database;
  private final EmbeddedKafka kafka;
  private final EmbeddedRegistry registry;

  private ProjectionBenchmark(
      BenchDatabase database, EmbeddedKafka kafka, EmbeddedRegistry registry) {
    this.database = database;
    this.kafka = kafka;
    this.registry = registry;
  }

  static void run(Bench.Options options) throws Exception {
    try (BenchDatabase database = BenchDatabase.start();
        EmbeddedKafka kafka =
            EmbeddedKafka.start(database.folder().resolve("kafka"), "127.0.0.1", 0);
        EmbeddedRegistry registry =
            EmbeddedRegistry.start(database.folder().resolve("registry"), "127.0.0.1", 0)) {
      System.out.println(TopicPlan.apply(kafka.bootstrapServers(), 1));
      System.out.println(Schemas.register(URI.create(registry.url())));
      ProjectionBenchmark benchmark = new ProjectionBenchmark(database, kafka, registry);
      benchmark.writeBacklog();
      Map<String, List<Double>> rates = new LinkedHashMap<>();
      rates.put(PROJECTION, new ArrayList<>());
      rates.put(COPY, new ArrayList<>());
      int turns = Math.min(options.turns(), 5);
      for (int turn = 0; turn <= turns; turn++) {
        String url = database.migrated("turn_" + turn);
        benchmark.forgetOffsets();
        double applied = benchmark.apply(url, turn);
        double copied = copy(url);
        System.out.printf("turn %d: applied %.0f/s, copied %.0f/s%n", turn, applied, copied);
        if (turn > 0) {
          rates.getOrDefault(PROJECTION, new ArrayList<>()).add(applied);
          rates.getOrDefault(COPY, new ArrayList<>()).add(copied);
        }
      }
      Report report = new Report("projection");
      report.rates(rates);
      report.ratio(rates, PROJECTION, COPY, 0.4);
      report.write(options.json());
    }
  }

  /** Each turn begins at the beginning. */
  private void forgetOffsets() throws Exception {
    try (Admin admin = Admin.create(Map.of("bootstrap.servers", kafka.bootstrapServers()))) {
      String group = Topics.PREFIX + "projection";
      if (admin.listGroups().all().get().stream().anyMatch(g -> g.groupId().equals(group))) {
        admin.deleteConsumerGroups(List.of(group)).all().get();
      }
    }
  }

  /**
   * Events a second from the first that is seen applied to the last: a process that begins reads
   * schemas and compiles before.
   */
  private double apply(String url, int turn) throws Exception {
    Path log = database.folder().resolve("consumers-" + turn + ".log");
    try (Connection connection = BenchDatabase.connect(url);
        ServiceUnderTest consumers =
            ServiceUnderTest.start(
                "consumers",
                List.of(
                    "accrual.database.url=" + url,
                    "accrual.consumers.enabled=projection",
                    "accrual.kafka.bootstrap-servers=" + kafka.bootstrapServers(),
                    "accrual.registry.url=" + registry.url()),
                log)) {
      long first = 0;
      long begin = System.nanoTime();
      while (true) {
        long applied = applied(connection);
        if (first == 0 && applied > 0) {
          first = applied;
          begin = System.nanoTime();
        }
        if (applied >= EVENTS) {
          return (EVENTS - first) * 1e9 / (System.nanoTime() - begin);
        }
        LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(20));
      }
    }
  }

  private static long applied(Connection connection) throws SQLException {
    try (ResultSet row =
        connection
            .createStatement()
            .executeQuery("select count(*) from projection.enrollment_history")) {
      row.next();
      return row.getLong(1);
    }
  }

  private static double copy(String url) throws SQLException, IOException {
    try (Connection connection = BenchDatabase.connect(url)) {
      connection.createStatement().execute("select ops.clone_schema('projection', 'copied')");
      connection.setAutoCommit(false);
      var copies = connection.unwrap(PGConnection.class).getCopyAPI();
      Map<String, byte[]> rows = new LinkedHashMap<>();
      for (String table : TABLES) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        copies.copyOut("copy projection." + table + " to stdout (format binary)", out);
        rows.put(table, out.toByteArray());
      }
      long begin = System.nanoTime();
      for (Map.Entry<String, byte[]> table : rows.entrySet()) {
        copies.copyIn(
            "copy copied." + table.getKey() + " from stdin (format binary)",
            new java.io.ByteArrayInputStream(table.getValue()));
      }
      connection.commit();
      return EVENTS * 1e9 / (System.nanoTime() - begin);
    }
  }

  private void writeBacklog() {
    SchemaRegistry schemas = new SchemaRegistry(URI.create(registry.url()));
    try (KafkaProducer<byte[], byte[]> producer =
        new KafkaProducer<>(
            Map.of("bootstrap.servers", kafka.bootstrapServers(), "linger.ms", 5),
            new ByteArraySerializer(),
            new ByteArraySerializer())) {
      AtomicReference<Exception> failed = new AtomicReference<>();
      // In the order of a running system: many enrollments side by side.
      for (int story = 0; story < STORIES; story += 100) {
        List<String> ids = new ArrayList<>();
        for (int i = 0; i < 100; i++) {
          ids.add(IDS.generate().toString());
        }
        for (int version = 1; version <= 5; version++) {
          for (String id : ids) {
            var _ =
                producer.send(
                    record(schemas, id, version),
                    (_, failure) -> {
                      if (failure != null) {
                        failed.set(failure);
                      }
                    });
          }
        }
      }
      producer.flush();
      if (failed.get() != null) {
        throw new IllegalStateException("the backlog could not be written", failed.get());
      }
      producer.close(Duration.ofSeconds(10));
    }
    System.out.printf("a backlog of %d events%n", EVENTS);
  }

  private static SpecificRecord event(String id, int version) {
    String patient = "patient-" + id;
    return switch (version) {
      case 1 -> new PatientScreened(id, "BENCH", "S1", patient, 1, null, "nurse");
      case 2 -> new ConsentRecorded(id, "BENCH", "S1", patient, "v1", Instant.EPOCH, "nurse");
      case 3 ->
          new EligibilityRecorded(
              id, "BENCH", "S1", patient, true, "c1", Map.of("sex", "f"), "nurse");
      case 4 -> new EnrollmentRequested(id, "BENCH", "S1", patient, "nurse");
      default -> new EnrollmentConfirmed(id, "BENCH", "S1", patient);
    };
  }

  private static ProducerRecord<byte[], byte[]> record(
      SchemaRegistry schemas, String id, int version) {
    SpecificRecord event = event(id, version);
    String type = EventSchemas.typeOf(event.getSchema());
    ProducerRecord<byte[], byte[]> record =
        new ProducerRecord<>(
            Topics.ENROLLMENT_EVENTS,
            id.getBytes(StandardCharsets.UTF_8),
            value(schemas.idOf(type, event.getSchema()), event));
    Map.of(
            Headers.ID,
            UUID.randomUUID().toString(),
            Headers.TYPE,
            type,
            Headers.SOURCE,
            "/accrual/benchmark",
            Headers.TIME,
            Instant.now().toString(),
            Headers.SPEC_VERSION,
            "1.0",
            Headers.SEQUENCE,
            Integer.toString(version),
            Headers.CORRELATION_ID,
            id)
        .forEach((name, text) -> record.headers().add(name, text.getBytes(StandardCharsets.UTF_8)));
    return record;
  }

  private static byte[] value(int schemaId, SpecificRecord event) {
    try {
      ByteArrayOutputStream out = new ByteArrayOutputStream();
      out.write(0);
      out.write(ByteBuffer.allocate(4).putInt(schemaId).array());
      BinaryEncoder encoder = EncoderFactory.get().binaryEncoder(out, null);
      new SpecificDatumWriter<SpecificRecord>(event.getSchema()).write(event, encoder);
      encoder.flush();
      return out.toByteArray();
    } catch (IOException impossible) {
      throw new IllegalStateException("memory that cannot be written", impossible);
    }
  }
}
