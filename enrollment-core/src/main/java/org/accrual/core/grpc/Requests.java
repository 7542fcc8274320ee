package org.accrual.core.grpc;

import com.google.protobuf.Message;
import io.grpc.Context;
import io.grpc.MethodDescriptor;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import org.accrual.core.application.Origin;
import org.accrual.core.application.Request;
import org.accrual.runtime.Correlation;

/** Converts a command's call to the application's request. */
@ApplicationScoped
class Requests {
  /** Whose request ids these are: everybody's, until calls are authenticated. */
  private static final String CALLER = "local";

  private final Fingerprints fingerprints;

  @Inject
  Requests(Fingerprints fingerprints) {
    this.fingerprints = fingerprints;
  }

  /**
   * The call at hand.
   *
   * @param actor who acts, by the request itself; if it does not say, who the call's metadata says
   */
  Request of(MethodDescriptor<?, ?> method, String requestId, Message request, String actor) {
    Correlation correlation = correlation();
    return new Request(
        CALLER,
        method.getFullMethodName(),
        requestId,
        fingerprints.of(request),
        Context.current()::isCancelled,
        new Origin(
            correlation.id(),
            requestId,
            actor.isEmpty() ? correlation.actor() : actor,
            correlation.traceparent()));
  }

  /** Who acts, by the metadata of the call at hand; empty if nobody said. */
  static String actor() {
    return correlation().actor();
  }

  private static Correlation correlation() {
    return Correlation.current().orElseThrow(() -> new IllegalStateException("outside of a call"));
  }
}
