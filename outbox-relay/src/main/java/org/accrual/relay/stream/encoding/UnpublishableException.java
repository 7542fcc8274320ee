package org.accrual.relay.stream.encoding;

/** An outbox row that cannot be made a Kafka record as things stand; trying again will not help. */
public final class UnpublishableException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  public UnpublishableException(String message) {
    super(message);
  }
}
