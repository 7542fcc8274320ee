package org.accrual.core.application;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class ArrivalsTest {
  private final CountDownLatch looking = new CountDownLatch(1);
  private final CountDownLatch release = new CountDownLatch(1);
  private final AtomicInteger looks = new AtomicInteger();

  @Test
  @DisplayName("Batches that come while a look runs cause one more look, not one each")
  void coalesces() throws Exception {
    UUID id = UUID.randomUUID();
    try (Arrivals arrivals =
            new Arrivals("test", this::look, Duration.ofMinutes(10), () -> {}, () -> {});
        var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      Future<Boolean> waiting = threads.submit(() -> arrivals.await(id, Duration.ofMillis(500)));
      while (!looking.await(1, TimeUnit.MILLISECONDS)) {
        arrivals.lookNow();
      }
      for (int batch = 0; batch < 100; batch++) {
        arrivals.lookNow();
      }
      release.countDown();
      assertThat(waiting.get(20, TimeUnit.SECONDS)).as("found after ten looks").isFalse();
    }
  }

  /** Waits in the first look; finds everything after ten. */
  private Set<UUID> look(Set<UUID> wanted) {
    if (looks.incrementAndGet() > 1) {
      return looks.get() > 10 ? wanted : Set.of();
    }
    looking.countDown();
    try {
      assertThat(release.await(20, TimeUnit.SECONDS)).isTrue();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    return Set.of();
  }
}
