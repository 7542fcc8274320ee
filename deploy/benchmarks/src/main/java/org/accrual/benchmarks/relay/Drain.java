package org.accrual.benchmarks.relay;

/** One of the ways to carry a backlog away. */
interface Drain {
  String name();

  /**
   * Carries the whole backlog once, from a start of its own.
   *
   * @param turn makes names unique
   * @return rows a second, from the moment that it begins to read
   */
  double drain(int turn) throws Exception;
}
