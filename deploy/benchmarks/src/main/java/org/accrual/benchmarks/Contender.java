package org.accrual.benchmarks;

/** One of the ways that are compared. */
interface Contender extends AutoCloseable {
  String name();

  /**
   * Does one operation and returns once it is done; called by one thread per client, each with its
   * number.
   *
   * @throws Exception ends the benchmark: a rate of failures is no rate
   */
  void operate(int client) throws Exception;

  @Override
  default void close() {}
}
