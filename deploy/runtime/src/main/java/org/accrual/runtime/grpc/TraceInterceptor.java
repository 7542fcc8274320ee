package org.accrual.runtime.grpc;

import io.grpc.ForwardingServerCall.SimpleForwardingServerCall;
import io.grpc.ForwardingServerCallListener.SimpleForwardingServerCallListener;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.ServerCall;
import io.grpc.ServerCall.Listener;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.Status;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.StatusCode;
import java.util.Set;
import org.accrual.contract.RequestMetadata;
import org.accrual.runtime.trace.Names;
import org.accrual.runtime.trace.Traces;

/**
 * A span around each call, as a child of the caller's. What the call causes goes on from it: its
 * traceparent takes the place of the caller's.
 */
final class TraceInterceptor implements ServerInterceptor {
  private static final Metadata.Key<String> TRACEPARENT =
      Metadata.Key.of(RequestMetadata.TRACEPARENT, Metadata.ASCII_STRING_MARSHALLER);

  /** Faults of the server, by the conventions; a refusal is the caller's. */
  private static final Set<Status.Code> FAULTS =
      Set.of(
          Status.Code.UNKNOWN,
          Status.Code.DEADLINE_EXCEEDED,
          Status.Code.UNIMPLEMENTED,
          Status.Code.INTERNAL,
          Status.Code.UNAVAILABLE,
          Status.Code.DATA_LOSS);

  @Override
  public <Q, A> Listener<Q> interceptCall(
      ServerCall<Q, A> call, Metadata sent, ServerCallHandler<Q, A> next) {
    if (!Traces.on()) {
      return next.startCall(call, sent);
    }
    Span span = span(call.getMethodDescriptor(), sent);
    sent.discardAll(TRACEPARENT);
    sent.put(TRACEPARENT, Traces.traceparent(span));
    Listener<Q> listener =
        next.startCall(
            new SimpleForwardingServerCall<Q, A>(call) {
              @Override
              public void close(Status status, Metadata trailers) {
                end(span, status.getCode());
                super.close(status, trailers);
              }
            },
            sent);
    return new SimpleForwardingServerCallListener<Q>(listener) {
      @Override
      public void onCancel() {
        end(span, Status.Code.CANCELLED);
        super.onCancel();
      }
    };
  }

  private static Span span(MethodDescriptor<?, ?> method, Metadata sent) {
    String parent = sent.get(TRACEPARENT);
    return Traces.child(method.getFullMethodName(), SpanKind.SERVER, parent == null ? "" : parent)
        .setAttribute(Names.RPC_SYSTEM, "grpc")
        .setAttribute(Names.RPC_SERVICE, String.valueOf(method.getServiceName()))
        .setAttribute(Names.RPC_METHOD, String.valueOf(method.getBareMethodName()))
        .startSpan();
  }

  /** Ending twice does nothing. */
  private static void end(Span span, Status.Code code) {
    span.setAttribute(Names.RPC_STATUS, (long) code.value());
    if (FAULTS.contains(code)) {
      span.setStatus(StatusCode.ERROR).setAttribute(Names.ERROR_TYPE, code.name());
    }
    span.end();
  }
}
