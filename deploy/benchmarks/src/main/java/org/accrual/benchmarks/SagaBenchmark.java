package org.accrual.benchmarks;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.accrual.embedded.Folders;
import org.accrual.local.Stack;
import org.accrual.local.StackSettings;

/**
 * From EnrollPatient to the confirmed operation through a running stack: one enrollment at a time,
 * at a steady rate, and as many as some clients get through. Where the time of those one at a time
 * goes is read from the hops that the services note.
 */
final class SagaBenchmark {
  private static final int RATE = 20;

  private enum Way {
    ONE,
    STEADY,
    MOST
  }

  private final SagaLoad load;
  private final Bench.Options options;
  private final List<Long> one = new ArrayList<>();
  private final List<Long> steady = new ArrayList<>();
  private final Map<String, List<Double>> rates = new LinkedHashMap<>();

  private SagaBenchmark(SagaLoad load, Bench.Options options) {
    this.load = load;
    this.options = options;
  }

  static void run(Bench.Options options) throws Exception {
    Path folder = Files.createTempDirectory("accrual-benchmark");
    try (Stack stack = new Stack(settings(folder, options), SagaBenchmark::print)) {
      stack.start(false);
      try (SagaClient client =
          SagaClient.open(stack.addresses().ports().coreGrpc(), options.enrollments())) {
        SagaBenchmark benchmark = new SagaBenchmark(new SagaLoad(client, options.turn()), options);
        benchmark.turns();
        benchmark.report(SagaHops.read(stack.addresses().jdbc(), Way.ONE + "-0-"));
      }
    } finally {
      Folders.delete(folder);
    }
  }

  static void print(String line) {
    System.out.println(line);
  }

  /** A stack whose services have the settings of the options. */
  static StackSettings settings(Path folder, Bench.Options options) {
    StackSettings settings = StackSettings.beside(folder);
    String[] given = options.settings().stream().map("-D"::concat).toArray(String[]::new);
    for (String service : List.of(Stack.CORE, Stack.RELAY, Stack.CONSUMERS)) {
      settings = settings.withOptions(service, given);
    }
    return settings;
  }

  private void turns() throws Exception {
    for (int i = -options.warmups(); i < options.turns(); i++) {
      boolean counts = i >= 0;
      for (Way way : Turns.order(List.of(Way.values()), i)) {
        long begin = System.nanoTime();
        // The hops of the turns that count are found by the 0.
        List<Long> took = turn(way, "%s-%d-".formatted(way, counts ? 0 : 1));
        double rate = took.size() * 1e9 / (System.nanoTime() - begin);
        System.out.printf(
            "%s %d: %s, p50 %.1f ms, %.1f/s%n",
            counts ? "turn" : "warm-up",
            Math.abs(i),
            label(way),
            Report.quantile(took, 0.5) / 1e6,
            rate);
        if (counts) {
          switch (way) {
            case ONE -> one.addAll(took);
            case STEADY -> steady.addAll(took);
            case MOST -> rates.computeIfAbsent(label(way), _ -> new ArrayList<>()).add(rate);
          }
        }
      }
    }
  }

  private String label(Way way) {
    return switch (way) {
      case ONE -> "one at a time";
      case STEADY -> "at %d/s".formatted(RATE);
      case MOST -> "%d at once".formatted(options.clients());
    };
  }

  private List<Long> turn(Way way, String conversation) throws Exception {
    return switch (way) {
      case ONE -> load.oneAtATime(conversation);
      case STEADY -> load.paced(RATE, conversation);
      case MOST -> load.atOnce(options.clients(), conversation);
    };
  }

  private void report(SagaHops hops) throws Exception {
    Report report = new Report("saga");
    report.latency("EnrollPatient to confirmed, " + label(Way.ONE), one);
    report.latency("EnrollPatient to confirmed, " + label(Way.STEADY), steady);
    report.table("confirmed a second", rates);
    report.table("one at a time: from written to sent by the relay, ms", hops.relayed());
    report.table("one at a time: from sent to begun by the consumer, ms", hops.begun());
    report.table("one at a time: from begun to committed by the consumer, ms", hops.done());
    report.atMost("p50, ms", Report.quantile(one, 0.5) / 1e6, 80);
    report.atMost("p99, ms", Report.quantile(one, 0.99) / 1e6, 200);
    report.write(options.json());
  }
}
