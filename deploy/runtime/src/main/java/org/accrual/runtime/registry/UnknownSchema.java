package org.accrual.runtime.registry;

/**
 * The registry has no such id, or not that schema under that subject: trying again will not help.
 */
public final class UnknownSchema extends RuntimeException {
  public UnknownSchema(String message) {
    super(message);
  }
}
