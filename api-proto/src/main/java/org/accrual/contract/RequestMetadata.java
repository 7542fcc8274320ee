package org.accrual.contract;

/** gRPC metadata keys that a client may send and that every answer carries back. */
public final class RequestMetadata {
  /**
   * Correlation id of the conversation, 1 to 128 characters of {@code A-Za-z0-9._:-}; made if
   * absent.
   */
  public static final String CORRELATION_ID = "x-correlation-id";

  /** Who acts, for calls whose request does not say; at most 128 characters. */
  public static final String ACTOR = "x-actor";

  /** W3C trace context. */
  public static final String TRACEPARENT = "traceparent";

  private RequestMetadata() {}
}
