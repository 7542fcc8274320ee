package org.accrual.benchmarks.relay;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.accrual.benchmarks.Report;

/**
 * {@code relay-drain} against pg_recvlogical, {@code relay-peers} against Debezium Server and a
 * poller, {@code relay-memory} by backlog, {@code relay-latency} from commit to receipt, {@code
 * latency} from commit to projection.
 */
public final class RelayBenchmarks {
  /** Held, since a logger that nobody holds forgets its level. */
  private static final Logger ROOT = Logger.getLogger("");

  private static final String RELAY = "relay";

  private RelayBenchmarks() {}

  /**
   * Runs one of them.
   *
   * @throws IllegalArgumentException for unknown options, with how they are written
   */
  public static void run(List<String> arguments) throws Exception {
    RelayOptions options = RelayOptions.parse(arguments);
    ROOT.setLevel(Level.WARNING);
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
    long end = stand.end();
    Map<String, List<Double>> rates =
        turns(
            options.turns(),
            List.of(
                new ReceiveLogical(stand, options.rows(), end),
                new RelayDrain(stand, options.rows(), end)));
    Report report = new Report("relay-drain, %d rows a transaction".formatted(options.txRows()));
    report.rates(rates);
    report.ratio(rates, RELAY, "pg_recvlogical", options.txRows() == 1 ? 1.0 : 0.5);
    report.write(options.json());
  }

  private static void peers(Stand stand, RelayOptions options) throws Exception {
    Path home =
        options
            .debeziumServer()
            .orElseThrow(
                () ->
                    new IllegalArgumentException(
                        "--debezium-server FOLDER: an unpacked io.debezium:debezium-server-dist:tar.gz"));
    stand.load(options.rows(), options.txRows());
    Map<String, List<Double>> rates =
        turns(
            options.turns(),
            List.of(
                new DebeziumServer(stand, home, options.rows()),
                new SkipLockedPoller(stand, options.rows()),
                new RelayDrain(stand, options.rows(), stand.end())));
    Report report = new Report("relay-peers");
    report.rates(rates);
    report.ratio(rates, RELAY, "Debezium Server", 2.0);
    report.ratio(rates, RELAY, "SKIP LOCKED poller", 3.0);
    report.write(options.json());
  }

  /** Ten times the backlog may not take more memory. */
  private static void memory(Stand stand, RelayOptions options) throws Exception {
    Map<String, List<Double>> peaks = new LinkedHashMap<>();
    String small = "MB at %,d rows".formatted(options.rows());
    String large = "MB at %,d rows".formatted(10L * options.rows());
    peaks.put(small, List.of(peak(stand, options.rows(), options.txRows())));
    peaks.put(large, List.of(peak(stand, 10 * options.rows(), options.txRows())));
    Report report = new Report("relay-memory, peak resident");
    report.rates(peaks);
    report.ratioAtMost(peaks, large, small, 1.10);
    report.write(options.json());
  }

  private static double peak(Stand stand, int rows, int txRows) throws Exception {
    stand.load(rows, txRows);
    String slot = stand.copySlot("bench_memory_" + rows);
    try (RelayProcess relay = RelayProcess.start(stand, slot, List.of("-Xmx256m"))) {
      relay.awaitCheckpoint(stand.end());
      return relay.peakResident() / 1e6;
    } finally {
      stand.dropSlot(slot);
    }
  }

  /** A B, A B …; the first turn of each warms up and does not count. */
  private static Map<String, List<Double>> turns(int turns, List<Drain> contenders)
      throws Exception {
    Map<String, List<Double>> rates = new LinkedHashMap<>();
    for (int turn = 0; turn <= turns; turn++) {
      for (Drain contender : contenders) {
        double rate = contender.drain(turn);
        System.out.printf(
            "%s: %s %,.0f rows/s%n",
            turn == 0 ? "warm-up" : "turn " + turn, contender.name(), rate);
        if (turn > 0) {
          rates.computeIfAbsent(contender.name(), name -> new ArrayList<>()).add(rate);
        }
      }
    }
    return rates;
  }
}
