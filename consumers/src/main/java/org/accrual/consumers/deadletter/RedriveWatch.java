package org.accrual.consumers.deadletter;

import io.grpc.stub.StreamObserver;
import jakarta.annotation.Priority;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.context.BeforeDestroyed;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Inject;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.accrual.api.ops.v1.Redrive;
import org.accrual.api.ops.v1.WatchRedriveResponse;
import org.accrual.runtime.grpc.ServerStream;
import org.accrual.runtime.grpc.ServerStreams;

/** WatchRedrive: looks four times a second and tells what has changed. */
@ApplicationScoped
class RedriveWatch {
  private static final long LOOK_MILLIS = 250;

  private final Redrives redrives;
  private final ServerStreams streams;
  private final CountDownLatch stopping = new CountDownLatch(1);

  @Inject
  RedriveWatch(Redrives redrives, ServerStreams streams) {
    this.redrives = redrives;
    this.streams = streams;
  }

  void watch(UUID id, StreamObserver<WatchRedriveResponse> answer) {
    Redrive first = redrives.get(id);
    streams.start("WatchRedrive", answer, stream -> tell(stream, id, first));
  }

  private void tell(ServerStream<WatchRedriveResponse> stream, UUID id, Redrive first)
      throws InterruptedException {
    Redrive told = Redrive.getDefaultInstance();
    Redrive now = first;
    while (stream.isOpen()) {
      if (!now.equals(told)
          && !stream.send(WatchRedriveResponse.newBuilder().setRedrive(now).build())) {
        return;
      }
      told = now;
      if (now.hasFinishTime() || stopping.await(LOOK_MILLIS, TimeUnit.MILLISECONDS)) {
        return;
      }
      now = redrives.get(id);
    }
  }

  /** With the streams, before the server drains. */
  void stop(
      @Observes @Priority(Integer.MIN_VALUE) @BeforeDestroyed(ApplicationScoped.class)
          Object event) {
    stopping.countDown();
  }
}
