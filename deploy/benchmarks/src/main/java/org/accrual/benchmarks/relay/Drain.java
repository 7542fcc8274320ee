package org.accrual.benchmarks.relay;

/** One of the ways to publish a backlog. */
interface Drain {
  String name();

  /**
   * Publishes the whole backlog once, from a start of its own; measured from the moment that it
   * begins to read.
   *
   * @param turn makes names unique
   */
  Drained drain(int turn) throws Exception;
}
