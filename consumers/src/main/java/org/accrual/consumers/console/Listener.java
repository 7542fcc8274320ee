package org.accrual.consumers.console;

import com.google.protobuf.Message;
import io.grpc.Context;
import io.grpc.Context.CancellableContext;
import io.grpc.Metadata;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.StreamObserver;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** Listens to a method that is a stream, and keeps what it said last. */
final class Listener {
  private static final long FIRST_MILLIS = 400;

  private final Calls calls;
  private @Nullable CancellableContext listening;
  private final CountDownLatch first = new CountDownLatch(1);
  private volatile String said = "";

  Listener(Calls calls) {
    this.calls = calls;
  }

  /**
   * Listens from now on, anew if the stream has broken; answers the {@link Envelope} heard last.
   */
  synchronized String listen(String name, String json) {
    if (listening == null) {
      CancellableContext context = Context.ROOT.withCancellation();
      listening = context;
      try {
        Call call = CallTable.find(name);
        calls.stream(call, call.request(json), context, new Ear(context));
      } catch (StatusRuntimeException wrong) {
        say(Envelope.error(Failure.of(wrong, "")));
      }
      awaitFirst();
    }
    return said;
  }

  /** A stream says at once how things stand: a page need not begin without it. */
  private void awaitFirst() {
    try {
      boolean _ = first.await(FIRST_MILLIS, TimeUnit.MILLISECONDS);
    } catch (InterruptedException ending) {
      Thread.currentThread().interrupt();
    }
  }

  private void say(String envelope) {
    said = envelope;
    first.countDown();
  }

  synchronized void close() {
    if (listening != null) {
      listening.cancel(null);
      listening = null;
    }
  }

  private synchronized void broke(CancellableContext context) {
    if (listening == context) {
      listening = null;
    }
    context.cancel(null);
  }

  private final class Ear implements StreamObserver<Message> {
    private final CancellableContext context;

    Ear(CancellableContext context) {
      this.context = context;
    }

    @Override
    public void onNext(Message answer) {
      say(Envelope.answer(answer));
    }

    @Override
    public void onError(Throwable failure) {
      if (!context.isCancelled()) {
        Metadata trailers = Status.trailersFromThrowable(failure);
        say(
            Envelope.error(
                Failure.of(Status.fromThrowable(failure).asRuntimeException(trailers), "")));
      }
      broke(context);
    }

    @Override
    public void onCompleted() {
      // Said all it had to say: that stays.
    }
  }
}
