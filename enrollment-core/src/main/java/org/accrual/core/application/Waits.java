package org.accrual.core.application;

/**
 * What calls wait for.
 *
 * @param operations to be done, by their ids
 * @param arms to be disclosed, by the references of their questions
 */
public record Waits(Arrivals operations, Arrivals arms) implements AutoCloseable {

  /** Something of either kind may just have arrived. */
  public void lookNow() {
    operations.lookNow();
    arms.lookNow();
  }

  @Override
  public void close() {
    operations.close();
    arms.close();
  }
}
