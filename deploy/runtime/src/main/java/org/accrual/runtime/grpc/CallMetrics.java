package org.accrual.runtime.grpc;

import io.grpc.ForwardingServerCall.SimpleForwardingServerCall;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.ServerCall;
import io.grpc.ServerCall.Listener;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.Status;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.eclipse.microprofile.metrics.MetricRegistry;
import org.eclipse.microprofile.metrics.Tag;
import org.eclipse.microprofile.metrics.Timer;

/**
 * Counts and times calls that were answered: {@code accrual_grpc_seconds} on {@code /metrics}, with
 * the tags {@code service}, {@code method} and {@code code}. A stream is timed until it ends; a
 * caller that left is not answered and not counted.
 */
final class CallMetrics implements ServerInterceptor {
  private final MetricRegistry registry;
  private final Map<Key, Timer> timers = new ConcurrentHashMap<>();

  private record Key(String method, Status.Code code) {}

  CallMetrics(MetricRegistry registry) {
    this.registry = registry;
  }

  @Override
  public <Q, A> Listener<Q> interceptCall(
      ServerCall<Q, A> call, Metadata sent, ServerCallHandler<Q, A> next) {
    long begin = System.nanoTime();
    MethodDescriptor<Q, A> method = call.getMethodDescriptor();
    return next.startCall(
        new SimpleForwardingServerCall<Q, A>(call) {
          @Override
          public void close(Status status, Metadata trailers) {
            timer(method, status.getCode()).update(Duration.ofNanos(System.nanoTime() - begin));
            super.close(status, trailers);
          }
        },
        sent);
  }

  private Timer timer(MethodDescriptor<?, ?> method, Status.Code code) {
    return timers.computeIfAbsent(
        new Key(method.getFullMethodName(), code),
        _ ->
            registry.timer(
                "accrual_grpc",
                new Tag("service", String.valueOf(method.getServiceName())),
                new Tag("method", String.valueOf(method.getBareMethodName())),
                new Tag("code", code.name())));
  }
}
