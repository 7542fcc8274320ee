package org.accrual.core.grpc;

import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Message;
import io.grpc.Context;
import io.grpc.MethodDescriptor;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.util.Optional;
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
   * @param actor who acts, by the request itself; empty: by the call's metadata, or the caller
   */
  Request of(MethodDescriptor<?, ?> method, String requestId, Message request, String actor) {
    Correlation correlation = correlation();
    return new Request(
        CALLER,
        method.getFullMethodName(),
        requestId,
        fingerprints.of(request),
        etag(request),
        Context.current()::isCancelled,
        new Origin(
            correlation.id(),
            requestId,
            actor.isEmpty() ? actor() : actor,
            correlation.traceparent()));
  }

  /** Returns who acts, by the metadata of the call at hand; without it the caller. Never empty. */
  static String actor() {
    String asserted = correlation().actor();
    return asserted.isEmpty() ? CALLER : asserted;
  }

  private static Optional<String> etag(Message request) {
    FieldDescriptor field = request.getDescriptorForType().findFieldByName("etag");
    return Optional.ofNullable(field)
        .map(etag -> (String) request.getField(etag))
        .filter(etag -> !etag.isEmpty());
  }

  private static Correlation correlation() {
    return Correlation.current().orElseThrow(() -> new IllegalStateException("outside of a call"));
  }
}
