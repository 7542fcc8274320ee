package org.accrual.embedded;

/** A part did not start or stop as it should; the message is one line that says what to do. */
public final class EmbeddedPartException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  public EmbeddedPartException(String message) {
    super(message);
  }

  public EmbeddedPartException(String message, Throwable cause) {
    super(message, cause);
  }
}
