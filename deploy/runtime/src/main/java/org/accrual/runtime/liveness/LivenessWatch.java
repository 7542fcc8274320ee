package org.accrual.runtime.liveness;

import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.context.BeforeDestroyed;
import jakarta.enterprise.context.Initialized;
import jakarta.enterprise.event.Observes;
import java.time.Duration;
import java.util.Collections;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.accrual.runtime.Settings;
import org.eclipse.microprofile.health.HealthCheck;
import org.eclipse.microprofile.health.HealthCheckResponse;
import org.eclipse.microprofile.health.HealthCheckResponseBuilder;
import org.eclipse.microprofile.health.Liveness;

/**
 * Checks all heartbeats on a thread of its own, every 500 ms, and answers {@code /health/live} with
 * the last result: the answer never waits for what it reports on.
 */
@Liveness
@ApplicationScoped
class LivenessWatch implements HealthCheck {
  private static final Logger LOG = Logger.getLogger(LivenessWatch.class.getName());
  private static final Duration TICK = Duration.ofMillis(500);

  private final Duration loopTimeout = LivenessSettings.read(Settings.load()).loopTimeout();
  private final CountDownLatch stopping = new CountDownLatch(1);
  private volatile SortedMap<String, String> failures = Collections.emptySortedMap();

  void start(@Observes @Initialized(ApplicationScoped.class) Object event) {
    Thread.ofPlatform().daemon().name("liveness").start(this::run);
  }

  void stop(@Observes @BeforeDestroyed(ApplicationScoped.class) Object event) {
    stopping.countDown();
  }

  private void run() {
    try {
      while (!stopping.await(TICK.toMillis(), TimeUnit.MILLISECONDS)) {
        SortedMap<String, String> now = Heartbeat.failures(TICK, loopTimeout);
        log(failures, now);
        failures = now;
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private static void log(SortedMap<String, String> before, SortedMap<String, String> now) {
    now.forEach(
        (loop, failure) -> {
          if (!before.containsKey(loop)) {
            LOG.log(
                Level.SEVERE,
                "loop {0}: {1}; /health/live answers 503, so that this process is restarted",
                new Object[] {loop, failure});
          }
        });
    SortedMap<String, String> recovered = new TreeMap<>(before);
    recovered.keySet().removeAll(now.keySet());
    if (!recovered.isEmpty()) {
      LOG.log(Level.WARNING, "loops that work again: {0}", recovered.keySet());
    }
  }

  @Override
  public HealthCheckResponse call() {
    SortedMap<String, String> now = failures;
    HealthCheckResponseBuilder answer =
        HealthCheckResponse.named("loops")
            .status(now.isEmpty())
            .withData("watched", String.join(" ", Heartbeat.watched()));
    now.forEach(answer::withData);
    return answer.build();
  }
}
