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
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executor;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.accrual.runtime.metrics.Meters;
import org.eclipse.microprofile.metrics.Tag;
import org.eclipse.microprofile.metrics.Timer;

/**
 * Counts and times answered calls: {@code accrual_grpc_seconds} on {@code /metrics}, with the tags
 * {@code service}, {@code method} and {@code code}. A stream is timed until it ends; a call that
 * its client cancelled is not counted.
 *
 * <p>A timer for every method and code would make some thousand lines on {@code /metrics}, so the
 * first call with a new pair creates it: on one thread of its own, never on the call's, and not
 * before {@link #processStarted}, since Helidon creates meters of its own until then.
 */
final class CallMetrics implements ServerInterceptor {
  /** Updates that wait for their timer; further ones are dropped. */
  private static final int MOST_WAITING = 10_000;

  private final Meters meters;
  private final Map<Key, Timer> timers = new ConcurrentHashMap<>();
  private final Executor creating = creatingThread();
  private final CountDownLatch started = new CountDownLatch(1);

  private record Key(String service, String method, Status.Code code) {
    static Key of(MethodDescriptor<?, ?> method, Status.Code code) {
      return new Key(
          String.valueOf(method.getServiceName()),
          String.valueOf(method.getBareMethodName()),
          code);
    }
  }

  CallMetrics(Meters meters) {
    this.meters = meters;
  }

  /** Lets timers be created from now on; calls that were answered before are counted. */
  void processStarted() {
    started.countDown();
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
            update(Key.of(method, status.getCode()), Duration.ofNanos(System.nanoTime() - begin));
            super.close(status, trailers);
          }
        },
        sent);
  }

  private void update(Key key, Duration took) {
    Timer timer = timers.get(key);
    if (timer == null) {
      creating.execute(() -> createAndUpdate(key, took));
    } else {
      timer.update(took);
    }
  }

  private void createAndUpdate(Key key, Duration took) {
    try {
      started.await();
      created(key).update(took);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Runs on the creating thread alone, and under no lock of the map. */
  private Timer created(Key key) {
    Timer known = timers.get(key);
    if (known != null) {
      return known;
    }
    Timer timer =
        meters.timer(
            "accrual_grpc",
            new Tag("service", key.service()),
            new Tag("method", key.method()),
            new Tag("code", key.code().name()));
    timers.put(key, timer);
    return timer;
  }

  /** Returns an executor with one thread, which ends when it has had no work for 10 s. */
  private static Executor creatingThread() {
    ThreadPoolExecutor executor =
        new ThreadPoolExecutor(
            1,
            1,
            10,
            TimeUnit.SECONDS,
            new ArrayBlockingQueue<>(MOST_WAITING),
            Thread.ofPlatform().daemon().name("call-meters").factory(),
            new ThreadPoolExecutor.DiscardPolicy());
    executor.allowCoreThreadTimeOut(true);
    return executor;
  }
}
