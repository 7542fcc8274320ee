package org.accrual.relay.stream.outbox;

/**
 * The stream of changes was not what the relay relies on. Only a fresh start from the checkpoint is
 * safe.
 */
public final class StreamMismatchException extends RuntimeException {
  public StreamMismatchException(String message) {
    super(message);
  }
}
