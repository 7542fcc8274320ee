package org.accrual.runtime.grpc;

import com.google.rpc.Code;
import io.grpc.ForwardingServerCall.SimpleForwardingServerCall;
import io.grpc.ForwardingServerCallListener.SimpleForwardingServerCallListener;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCall.Listener;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.accrual.runtime.Correlation;
import org.jspecify.annotations.Nullable;

/**
 * A service throws {@link Errors}; the client gets them as they are. What else is thrown is a fault
 * of ours: logged whole, answered as INTERNAL with nothing but the correlation id by which the log
 * line is found.
 */
final class ErrorInterceptor implements ServerInterceptor {
  private static final Logger LOG = Logger.getLogger(ErrorInterceptor.class.getName());

  @Override
  public <Q, A> Listener<Q> interceptCall(
      ServerCall<Q, A> call, Metadata sent, ServerCallHandler<Q, A> next) {
    ClosedOnce<Q, A> once = new ClosedOnce<>(call);
    return new SimpleForwardingServerCallListener<>(next.startCall(once, sent)) {
      @Override
      public void onMessage(Q message) {
        guarded(() -> super.onMessage(message));
      }

      @Override
      public void onHalfClose() {
        guarded(super::onHalfClose);
      }

      private void guarded(Runnable work) {
        try {
          work.run();
        } catch (RuntimeException failure) {
          StatusRuntimeException error =
              answerTo(call.getMethodDescriptor().getFullMethodName(), failure);
          once.close(error.getStatus(), trailers(error.getTrailers()));
        }
      }
    };
  }

  /** What the client gets for what a service threw. */
  static StatusRuntimeException answerTo(String method, RuntimeException failure) {
    return failure instanceof StatusRuntimeException error ? error : internal(method, failure);
  }

  private static StatusRuntimeException internal(String method, RuntimeException fault) {
    String id = Correlation.current().map(Correlation::id).orElse("-");
    LOG.log(
        Level.SEVERE,
        method + " failed; this is a fault of the service, report it with this line",
        fault);
    return Errors.of(
        Code.INTERNAL,
        "INTERNAL",
        "the service failed; its log has the cause under correlation id " + id,
        Map.of("correlation_id", id));
  }

  private static Metadata trailers(@Nullable Metadata trailers) {
    return trailers == null ? new Metadata() : trailers;
  }

  private static final class ClosedOnce<Q, A> extends SimpleForwardingServerCall<Q, A> {
    private final AtomicBoolean closed = new AtomicBoolean();

    ClosedOnce(ServerCall<Q, A> call) {
      super(call);
    }

    @Override
    public void close(Status status, Metadata trailers) {
      if (closed.compareAndSet(false, true)) {
        super.close(status, trailers);
      }
    }
  }
}
