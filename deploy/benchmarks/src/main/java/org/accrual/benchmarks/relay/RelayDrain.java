package org.accrual.benchmarks.relay;

import java.util.List;

/**
 * The relay, from its first read to the checkpoint's Kafka transaction; the start of its JVM is
 * left out.
 */
final class RelayDrain implements Drain {
  private final Stand stand;
  private final int rows;
  private final long end;

  RelayDrain(Stand stand, int rows, long end) {
    this.stand = stand;
    this.rows = rows;
    this.end = end;
  }

  @Override
  public String name() {
    return "relay";
  }

  @Override
  public double drain(int turn) throws Exception {
    String slot = stand.copySlot("bench_relay_" + turn);
    long nanos;
    try (RelayProcess relay =
        RelayProcess.start(stand, slot, List.of("-Xmx1g", "-XX:+UseParallelGC"))) {
      long begin = System.nanoTime();
      relay.awaitCheckpoint(end);
      nanos = System.nanoTime() - begin;
    }
    stand.dropSlot(slot);
    return rows * 1e9 / nanos;
  }
}
