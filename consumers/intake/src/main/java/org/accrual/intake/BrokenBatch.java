package org.accrual.intake;

/**
 * A batch could not be applied, nothing of it took effect, and the same batch will most likely fail
 * again: something in the data, the tables or the code must change.
 */
public final class BrokenBatch extends RuntimeException {
  BrokenBatch(String message, Throwable cause) {
    super(message, cause);
  }
}
