package org.accrual.core.application;

/** What a decision rested on has moved since it was read; nothing was written. Decide again. */
public final class Conflict extends RuntimeException {
  private static final long serialVersionUID = 1L;

  public Conflict(String message, Throwable cause) {
    super(message, cause);
  }
}
