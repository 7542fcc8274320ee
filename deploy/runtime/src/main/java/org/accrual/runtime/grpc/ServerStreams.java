package org.accrual.runtime.grpc;

import com.google.rpc.Code;
import io.grpc.Context;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import jakarta.annotation.Priority;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.context.BeforeDestroyed;
import jakarta.enterprise.event.Observes;
import java.time.Duration;
import java.util.Map;
import org.accrual.runtime.Correlation;

/**
 * Calls that answer with a stream. Each is written as a loop on a virtual thread of its own, and
 * ends when it has said all, when the caller leaves, or when the process stops: the caller is then
 * told UNAVAILABLE, reason SERVER_STOPPING, and goes on elsewhere.
 */
@ApplicationScoped
public class ServerStreams {
  private static final Duration RETRY_DELAY = Duration.ofSeconds(1);

  private volatile boolean stopping;

  /** What a stream says; throws what the client shall get as its error. */
  @FunctionalInterface
  public interface Telling<T> {
    void to(ServerStream<T> stream) throws InterruptedException;
  }

  /**
   * Begins the stream and returns. Must be called by the call's own method.
   *
   * @param call its name, for the log
   */
  public <T> void start(String call, StreamObserver<T> answer, Telling<T> telling) {
    ServerCallStreamObserver<T> observer = (ServerCallStreamObserver<T>) answer;
    ServerStream<T> stream = new ServerStream<>(observer, () -> stopping);
    Runnable work = Context.current().wrap(() -> tell(call, stream, telling));
    Correlation correlation = Correlation.current().orElseGet(() -> new Correlation("-", "", ""));
    Thread.ofVirtual()
        .name(call)
        .start(() -> ScopedValue.where(Correlation.CURRENT, correlation).run(work));
  }

  private <T> void tell(String call, ServerStream<T> stream, Telling<T> telling) {
    try {
      telling.to(stream);
      if (stopping) {
        throw stopping();
      }
      stream.complete();
    } catch (InterruptedException ending) {
      Thread.currentThread().interrupt();
      stream.fail(stopping());
    } catch (RuntimeException failure) {
      stream.fail(ErrorInterceptor.answerTo(call, failure));
    }
  }

  /** What the caller of an open stream gets. */
  public static StatusRuntimeException stopping() {
    return Errors.retryable(
        Code.UNAVAILABLE,
        "SERVER_STOPPING",
        "the server stops; go on elsewhere, or here in a moment",
        Map.of(),
        RETRY_DELAY);
  }

  /** Before the server drains: a stream would else hold it up for as long as it may. */
  void stop(
      @Observes @Priority(Integer.MIN_VALUE) @BeforeDestroyed(ApplicationScoped.class)
          Object event) {
    stopping = true;
  }
}
