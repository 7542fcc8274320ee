package org.accrual.runtime.liveness;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class PeriodicTaskTest {
  private static final Duration PAUSE = Duration.ofMillis(1);

  @Test
  @DisplayName("A turn that fails is followed by the next")
  void aFailedTurnIsFollowedByTheNext() throws InterruptedException {
    CountDownLatch turns = new CountDownLatch(3);
    PeriodicTask task =
        new PeriodicTask(
            "failing",
            PAUSE,
            () -> {
              turns.countDown();
              throw new IllegalStateException("planted");
            });
    task.start(Duration.ZERO);

    assertThat(turns.await(20, TimeUnit.SECONDS)).isTrue();
    task.stop();
  }

  @Test
  @DisplayName("A stop waits for the turn that has begun, and no other begins")
  void aStopWaitsForTheTurn() throws InterruptedException {
    CountDownLatch begun = new CountDownLatch(1);
    AtomicBoolean sawTheStop = new AtomicBoolean();
    PeriodicTask[] self = new PeriodicTask[1];
    self[0] =
        new PeriodicTask(
            "long",
            PAUSE,
            () -> {
              begun.countDown();
              while (!self[0].isStopping()) {
                Thread.onSpinWait();
              }
              sawTheStop.set(true);
            });
    self[0].start(Duration.ZERO);
    assertThat(begun.await(20, TimeUnit.SECONDS)).isTrue();

    self[0].stop();

    assertThat(sawTheStop).isTrue();
    assertThat(Heartbeat.watched()).doesNotContain("long");
  }
}
