package org.accrual.core;

import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.context.BeforeDestroyed;
import jakarta.enterprise.context.Initialized;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Inject;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.accrual.core.application.StoreUnavailable;
import org.accrual.core.eventstore.Retention;
import org.accrual.runtime.liveness.Heartbeat;

/** Drops expired answers and operations, from start on and again after each interval. */
@ApplicationScoped
class RetentionJob {
  private static final Logger LOG = Logger.getLogger(RetentionJob.class.getName());
  private static final int STOP_SECONDS = 5;

  private final Retention retention;
  private final Duration interval;
  private final Heartbeat heartbeat = new Heartbeat("retention");
  private final ScheduledExecutorService scheduler =
      Executors.newSingleThreadScheduledExecutor(
          Thread.ofPlatform().daemon().name("retention").factory());

  @Inject
  RetentionJob(Retention retention, CoreSettings settings) {
    this.retention = retention;
    this.interval = settings.sweepInterval();
  }

  void start(@Observes @Initialized(ApplicationScoped.class) Object event) {
    heartbeat.start();
    var _ =
        scheduler.scheduleWithFixedDelay(
            this::sweep, 0, interval.toMillis(), TimeUnit.MILLISECONDS);
  }

  /** Before the database goes: a sweep under way may finish. */
  void stop(@Observes @BeforeDestroyed(ApplicationScoped.class) Object event) {
    heartbeat.stop();
    scheduler.shutdown();
    try {
      if (!scheduler.awaitTermination(STOP_SECONDS, TimeUnit.SECONDS)) {
        scheduler.shutdownNow();
      }
    } catch (InterruptedException stopping) {
      scheduler.shutdownNow();
      Thread.currentThread().interrupt();
    }
  }

  /** Never throws: a scheduled task that does is not run again. */
  private void sweep() {
    heartbeat.beat();
    try {
      Retention.Dropped dropped = retention.dropExpired(Instant.now());
      if (dropped.requests() + dropped.operations() > 0) {
        LOG.log(
            Level.INFO,
            "dropped {0} kept answers and {1} operations past their retention",
            new Object[] {dropped.requests(), dropped.operations()});
      }
    } catch (StoreUnavailable away) {
      LOG.log(Level.WARNING, "retention waits for the database: {0}", away.getMessage());
    } catch (RuntimeException failed) {
      LOG.log(Level.SEVERE, "retention failed; it is tried again after " + interval, failed);
    }
    heartbeat.beat(interval);
  }
}
