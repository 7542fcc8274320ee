package org.accrual.benchmarks;

import java.sql.Connection;
import java.sql.Statement;
import java.util.List;
import java.util.Map;

/**
 * The rate of EnrollPatient with the outbox, and with an installation whose outbox takes nothing.
 */
final class OutboxCostBenchmark {
  private static final String WITH = "with the outbox";
  private static final String WITHOUT = "without";

  private OutboxCostBenchmark() {}

  static void run(Bench.Options options) throws Exception {
    try (BenchDatabase database = BenchDatabase.start()) {
      String with = database.migrated("with_outbox");
      String without = database.migrated("without_outbox");
      takeNothing(without);
      try (ServiceUnderTest coreWith =
              CoreProcess.start(with, database.folder().resolve("with.log"));
          ServiceUnderTest coreWithout =
              CoreProcess.start(without, database.folder().resolve("without.log"));
          EnrollClient clientWith = new EnrollClient(WITH, coreWith.grpcPort()).opened();
          EnrollClient clientWithout = new EnrollClient(WITHOUT, coreWithout.grpcPort()).opened()) {
        Map<String, List<Double>> rates = options.rounds().run(List.of(clientWith, clientWithout));
        Report report = new Report("outbox-cost");
        report.rates(rates);
        report.ratio(rates, WITH, WITHOUT, 0.90);
        report.write(options.json());
      }
    }
  }

  /**
   * Puts a view that swallows what is inserted in the table's place: the writer's statements stay
   * as they are.
   */
  private static void takeNothing(String url) throws Exception {
    try (Connection connection = BenchDatabase.connect(url);
        Statement statement = connection.createStatement()) {
      statement.execute(
          """
          alter table outbox.message rename to message_unused;
          create view outbox.message as select * from outbox.message_unused;
          create function outbox.swallow() returns trigger language plpgsql as 'begin return null; end';
          create trigger swallow instead of insert on outbox.message for each row execute function outbox.swallow();
          """);
    }
  }
}
