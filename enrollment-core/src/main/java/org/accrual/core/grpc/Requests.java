package org.accrual.core.grpc;

import com.google.protobuf.Message;
import io.grpc.MethodDescriptor;
import org.accrual.core.application.Request;
import org.accrual.runtime.Correlation;

/** A command's call as the application knows it. */
final class Requests {
  private Requests() {}

  /**
   * The call at hand.
   *
   * @param actor who acts, by the request itself; if it does not say, who the call's metadata says
   */
  static Request of(
      MethodDescriptor<?, ?> method, String requestId, Message request, String actor) {
    Correlation correlation =
        Correlation.current().orElseThrow(() -> new IllegalStateException("outside of a call"));
    return new Request(
        method.getFullMethodName(),
        requestId,
        Fingerprint.of(request),
        new Request.Origin(
            correlation.id(),
            actor.isEmpty() ? correlation.actor() : actor,
            correlation.traceparent()));
  }
}
