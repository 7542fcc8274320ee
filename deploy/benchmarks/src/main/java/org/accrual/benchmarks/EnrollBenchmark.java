package org.accrual.benchmarks;

import java.sql.Connection;
import java.util.List;
import java.util.Map;

/**
 * EnrollPatient a second against the inserts it makes: what does the service cost on top of its
 * database work?
 */
final class EnrollBenchmark {
  private static final String SERVICE = "EnrollPatient";
  private static final String TEMPLATE = "template-1";

  private EnrollBenchmark() {}

  static void run(Bench.Options options) throws Exception {
    try (BenchDatabase database = BenchDatabase.start()) {
      String url = database.migrated("enroll");
      try (ServiceUnderTest core = CoreProcess.start(url, database.folder().resolve("core.log"));
          EnrollClient service = new EnrollClient(SERVICE, core.grpcPort()).opened()) {
        service.template(TEMPLATE);
        Template template = template(url);
        System.out.println("an EnrollPatient writes " + template.size() + " rows");
        try (JdbcEnroll separate = JdbcEnroll.separate(url, template, options.clients());
            JdbcEnroll oneTrip = JdbcEnroll.oneTrip(url, template, options.clients())) {
          Map<String, List<Double>> rates =
              options.rounds().run(List.of(service, separate, oneTrip));
          Report report = new Report("enroll");
          report.rates(rates);
          report.ratio(rates, SERVICE, JdbcEnroll.SEPARATE, 1.0);
          report.ratio(rates, SERVICE, JdbcEnroll.ONE_TRIP, 0.65);
          report.write(options.json());
        }
      }
    }
  }

  private static Template template(String url) throws Exception {
    try (Connection connection = BenchDatabase.connect(url)) {
      return Template.of(connection, TEMPLATE);
    }
  }
}
