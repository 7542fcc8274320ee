package org.accrual.core.application;

/**
 * A command's call, by which a repetition of it is known.
 *
 * @param method full name of the call, such as {@code
 *     accrual.enrollment.v1.EnrollmentService/EnrollPatient}
 * @param requestId chosen by the caller, unique per method
 * @param fingerprint SHA-256 of the content, 64 hex digits
 * @param origin of the conversation it belongs to
 */
public record Request(String method, String requestId, String fingerprint, Origin origin) {

  /**
   * What the events of the request are told with.
   *
   * @param correlationId of the conversation
   * @param actor who acts, as the caller asserted; empty if nobody said
   * @param traceparent W3C trace context; empty if there is none
   */
  public record Origin(String correlationId, String actor, String traceparent) {}
}
