package org.accrual.runtime.grpc;

import io.grpc.Context;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.ServerCallStreamObserver;
import java.time.Duration;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;

/**
 * One call's stream of answers, used by its own thread. A caller that does not read holds its own
 * stream up and nothing else: at most one answer waits for it.
 */
public final class ServerStream<T> {
  /** How long a stream may wait for anything before it looks whether it {@link #isOpen}. */
  public static final Duration LOOK = Duration.ofSeconds(1);

  private final ServerCallStreamObserver<T> observer;
  private final BooleanSupplier stopping;
  // Released when the transport can take more.
  private final Semaphore ready = new Semaphore(0);
  private final Context context = Context.current();

  ServerStream(ServerCallStreamObserver<T> observer, BooleanSupplier stopping) {
    this.observer = observer;
    this.stopping = stopping;
    observer.setOnReadyHandler(ready::release);
    // A caller that leaves is seen by the context; without a handler, onNext would throw.
    observer.setOnCancelHandler(ready::release);
  }

  /** Whether anybody listens still. */
  public boolean isOpen() {
    return !stopping.getAsBoolean() && !context.isCancelled();
  }

  /**
   * Sends one answer, once the caller can take it.
   *
   * @return false if the stream has ended instead
   */
  public boolean send(T answer) throws InterruptedException {
    while (isOpen()) {
      if (observer.isReady()) {
        observer.onNext(answer);
        return true;
      }
      boolean _ = ready.tryAcquire(LOOK.toMillis(), TimeUnit.MILLISECONDS);
      ready.drainPermits();
    }
    return false;
  }

  void complete() {
    if (!context.isCancelled()) {
      observer.onCompleted();
    }
  }

  void fail(StatusRuntimeException error) {
    if (!context.isCancelled()) {
      observer.onError(error);
    }
  }
}
