package org.accrual.benchmarks.relay;

import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.accrual.benchmarks.Report;

/**
 * {@code relay-drain} against pg_recvlogical, {@code relay-peers} against Debezium Server and a
 * poller, {@code relay-memory} by backlog, {@code relay-latency} from commit to receipt, {@code
 * latency} from commit to projection.
 */
public final class RelayBenchmarks {
  private static final String RELAY = "relay";

  private RelayBenchmarks() {}

  /**
   * Runs one of them.
   *
   * @throws IllegalArgumentException for unknown options, with how they are written
   */
  public static void run(List<String> arguments) throws Exception {
    RelayOptions options = RelayOptions.parse(arguments);
    try (Stand stand = Stand.start(options.partitions())) {
      switch (options.benchmark()) {
        case "relay-drain" -> drain(stand, options);
        case "relay-peers" -> peers(stand, options);
        case "relay-memory" -> memory(stand, options);
        case "relay-latency" -> RelayLatency.run(stand, options);
        case "latency" -> ProjectionLatency.run(stand, options);
        default -> throw new IllegalArgumentException("no such benchmark: " + options.benchmark());
      }
    }
  }

  private static void drain(Stand stand, RelayOptions options) throws Exception {
    stand.load(options.rows(), options.txRows());
    Contest contest =
        Contest.run(
            options.turns(),
            List.of(
                new ReceiveLogical(stand, options.rows()), new RelayDrain(stand, options.rows())));
    Report report = new Report("relay-drain, %d rows a transaction".formatted(options.txRows()));
    contest.table(report);
    report.ratio(contest.perSecond(), RELAY, "pg_recvlogical", options.txRows() == 1 ? 1.0 : 0.9);
    report.write(options.json());
  }

  /** Without Debezium Server if its folder is not given. */
  private static void peers(Stand stand, RelayOptions options) throws Exception {
    stand.load(options.rows(), options.txRows());
    List<Drain> contenders = new ArrayList<>();
    options
        .debeziumServer()
        .ifPresentOrElse(
            home -> contenders.add(new DebeziumServer(stand, home, options.rows())),
            () ->
                System.out.println(
                    "without Debezium Server; --debezium-server FOLDER: an unpacked"
                        + " io.debezium:debezium-server-dist:tar.gz"));
    contenders.add(new SkipLockedPoller(stand, options.rows(), options.workers()));
    contenders.add(new RelayDrain(stand, options.rows()));
    Contest contest = Contest.run(options.turns(), contenders);
    Report report = new Report("relay-peers");
    contest.table(report);
    if (options.debeziumServer().isPresent()) {
      report.ratio(contest.perSecond(), RELAY, "Debezium Server", 1.8);
    }
    report.ratio(
        "per unit of database CPU", contest.perCpuSecond(), RELAY, SkipLockedPoller.NAME, 1.0);
    report.write(options.json());
  }

  /** A larger backlog may not keep more objects alive. */
  private static void memory(Stand stand, RelayOptions options) throws Exception {
    Map<String, List<Double>> heaps = new LinkedHashMap<>();
    List<Double> medians = new ArrayList<>();
    for (int factor : List.of(1, 3, 10)) {
      int rows = Math.multiplyExact(factor, options.rows());
      List<Double> megabytes =
          liveHeap(stand, rows, options.txRows()).stream().map(bytes -> bytes / 1e6).toList();
      heaps.put("%,d rows, %d samples".formatted(rows, megabytes.size()), megabytes);
      medians.add(Report.median(megabytes));
    }
    Report report = new Report("relay-memory");
    report.table("live heap in MB", heaps);
    report.atMost(
        "at 10 times the rows / at the rows", medians.getLast() / medians.getFirst(), 1.05);
    report.write(options.json());
  }

  private static List<Double> liveHeap(Stand stand, int rows, int txRows) throws Exception {
    stand.load(rows, txRows);
    String slot = stand.copySlot("bench_memory_" + rows);
    try (RelayProcess relay =
        RelayProcess.start(stand, slot, List.of("-Xmx1g", "-XX:+UseParallelGC"))) {
      return relay.liveHeapUntilLast(Duration.ofMillis(500));
    } finally {
      stand.dropSlot(slot);
    }
  }
}
