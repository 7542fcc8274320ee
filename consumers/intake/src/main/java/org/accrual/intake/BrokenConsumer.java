package org.accrual.intake;

/**
 * The consumer cannot work as it is, nothing took effect, and the same will happen again: tables,
 * rights or code must change.
 */
public final class BrokenConsumer extends RuntimeException {
  BrokenConsumer(String message, Throwable cause) {
    super(message, cause);
  }
}
