package org.accrual.runtime.registry;

/** The registry refused a schema; the message says why. */
public final class IncompatibleSchema extends RuntimeException {
  IncompatibleSchema(String message) {
    super(message);
  }
}
