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

/** Deletes expired responses and operations, at the start and again after each interval. */
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

  /** Runs before the database is closed: a sweep in progress may finish. */
  void stop(@Observes @BeforeDestroyed(ApplicationScoped.class) Object event) {
    heartbeat.stop();
    scheduler.shutdown();
    try {
      if (!scheduler.awaitTermination(STOP_SECONDS, TimeUnit.SECONDS)) {
        scheduler.shutdownNow();
      }
    } catch (InterruptedException e) {
      scheduler.shutdownNow();
      Thread.currentThread().interrupt();
    }
  }

  /** Never throws: a scheduled task that does is not run again. */
  private void sweep() {
    heartbeat.beat();
    try {
      Retention.Deleted deleted = retention.deleteExpired(Instant.now(), heartbeat::beat);
      if (deleted.requests() + deleted.operations() > 0) {
        LOG.log(
            Level.INFO,
            "deleted {0} kept responses and {1} operations past their retention",
            new Object[] {deleted.requests(), deleted.operations()});
      }
    } catch (StoreUnavailable e) {
      LOG.log(
          Level.WARNING,
          "the database is away, retrying the deletion of expired rows in {0}: {1}",
          new Object[] {interval, e.getMessage()});
    } catch (RuntimeException e) {
      LOG.log(Level.SEVERE, "the deletion of expired rows failed, retrying in " + interval, e);
    }
    heartbeat.beat(interval);
  }
}
