package org.accrual.benchmarks.relay;

import java.util.List;

/**
 * The relay, from its first read to the commit of the Kafka transaction with the last record; the
 * start of its JVM is left out.
 */
final class RelayDrain implements Drain {
  private final Stand stand;
  private final int rows;

  RelayDrain(Stand stand, int rows) {
    this.stand = stand;
    this.rows = rows;
  }

  @Override
  public String name() {
    return "relay";
  }

  @Override
  public Drained drain(int turn) throws Exception {
    String slot = stand.copySlot("bench_relay_" + turn);
    try (RelayProcess relay =
        RelayProcess.start(stand, slot, List.of("-Xmx1g", "-XX:+UseParallelGC"))) {
      return Drained.measure(stand, rows, relay::awaitLast, () -> {});
    } finally {
      stand.dropSlot(slot);
    }
  }
}
