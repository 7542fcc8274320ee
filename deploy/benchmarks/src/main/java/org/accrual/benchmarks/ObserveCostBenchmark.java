package org.accrual.benchmarks;

import com.sun.net.httpserver.HttpServer;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Map;

/**
 * What tracing costs the taking of commands: the rate of EnrollPatient without it, and with a tenth
 * of the calls traced to a receiver that throws the spans away. The clients ask again as soon as
 * they are answered, so the mean latency goes by the same ratio. What hops cost is measured where
 * they are noted: by {@code projection}, with and without {@code accrual.flow.hops=false}.
 */
final class ObserveCostBenchmark {
  private static final String PLAIN = "nothing traced";
  private static final String TRACED = "10 % traced";

  private ObserveCostBenchmark() {}

  static void run(Bench.Options options) throws Exception {
    HttpServer receiver =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    receiver.createContext(
        "/",
        exchange -> {
          try (exchange) {
            exchange.getRequestBody().readAllBytes();
            exchange.sendResponseHeaders(200, -1);
          }
        });
    receiver.start();
    String endpoint = "http://127.0.0.1:" + receiver.getAddress().getPort();
    try (BenchDatabase database = BenchDatabase.start();
        ServiceUnderTest plain =
            CoreProcess.start(database.migrated("plain"), database.folder().resolve("plain.log"));
        ServiceUnderTest traced =
            CoreProcess.start(
                database.migrated("traced"),
                database.folder().resolve("traced.log"),
                "otel.exporter.otlp.endpoint=" + endpoint,
                "otel.traces.sampler=parentbased_traceidratio",
                "otel.traces.sampler.arg=0.1");
        EnrollClient plainClient = new EnrollClient(PLAIN, plain.grpcPort()).opened();
        EnrollClient tracedClient = new EnrollClient(TRACED, traced.grpcPort()).opened()) {
      Map<String, List<Double>> rates = options.rounds().run(List.of(plainClient, tracedClient));
      Report report = new Report("observe-cost");
      report.rates(rates);
      report.ratio(rates, TRACED, PLAIN, 0.95);
      report.write(options.json());
    } finally {
      receiver.stop(0);
    }
  }
}
