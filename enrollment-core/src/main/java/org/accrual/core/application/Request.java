package org.accrual.core.application;

import java.util.List;
import java.util.Optional;
import java.util.function.BooleanSupplier;

/**
 * A command's call, by which a repetition of it is recognized.
 *
 * @param caller who calls; request ids of different callers are independent
 * @param method full name of the call, such as {@code
 *     accrual.enrollment.v1.EnrollmentService/EnrollPatient}
 * @param requestId chosen by the caller, unique per method
 * @param fingerprints of the content, 64 hex digits each, by each key in use; the first is stored
 * @param etag of the state of the thing on which the command may be decided; empty: on any
 * @param abandoned returns whether the caller has given the call up
 * @param origin caused by this request
 */
public record Request(
    String caller,
    String method,
    String requestId,
    List<String> fingerprints,
    Optional<String> etag,
    BooleanSupplier abandoned,
    Origin origin) {
  public Request {
    fingerprints = List.copyOf(fingerprints);
  }

  /** Returns whether the thing is no more at the version of the etag; false for a new thing. */
  boolean isOutdated(long version) {
    return version > 0 && etag.filter(tag -> !tag.equals(Long.toString(version))).isPresent();
  }
}
