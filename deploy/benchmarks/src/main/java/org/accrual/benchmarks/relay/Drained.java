package org.accrual.benchmarks.relay;

import java.time.Duration;

/**
 * How fast a contender has published a backlog.
 *
 * @param perSecond rows a second
 * @param perCpuSecond rows a second of CPU time of all of PostgreSQL's processes
 */
record Drained(double perSecond, double perCpuSecond) {
  /** Work to be measured. */
  @FunctionalInterface
  interface Step {
    void run() throws Exception;
  }

  /**
   * Runs and measures the publishing of a backlog.
   *
   * @param publish returns once the last row has been published
   * @param after work that the contender leaves to PostgreSQL; its CPU time counts, its time does
   *     not
   */
  static Drained measure(Stand stand, int rows, Step publish, Step after) throws Exception {
    Duration cpu = stand.databaseCpu();
    long begin = System.nanoTime();
    publish.run();
    long nanos = System.nanoTime() - begin;
    after.run();
    // The kernel counts in steps of 10 ms.
    long cpuNanos = Math.max(10_000_000, stand.databaseCpu().minus(cpu).toNanos());
    return new Drained(rows * 1e9 / nanos, rows * 1e9 / cpuNanos);
  }
}
