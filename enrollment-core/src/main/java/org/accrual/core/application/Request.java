package org.accrual.core.application;

/**
 * A command's call, by which a repetition of it is known.
 *
 * @param method full name of the call, such as {@code
 *     accrual.enrollment.v1.EnrollmentService/EnrollPatient}
 * @param requestId chosen by the caller, unique per method
 * @param fingerprint of the content, 64 hex digits
 * @param origin caused by this request
 */
public record Request(String method, String requestId, String fingerprint, Origin origin) {}
