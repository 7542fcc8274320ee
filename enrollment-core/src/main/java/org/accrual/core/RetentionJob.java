package org.accrual.core;

import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.context.BeforeDestroyed;
import jakarta.enterprise.context.Initialized;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Inject;
import java.time.Duration;
import java.time.Instant;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.accrual.core.application.StoreUnavailable;
import org.accrual.core.eventstore.Retention;
import org.accrual.runtime.liveness.PeriodicTask;

/** Deletes expired responses and operations, at the start and again after each interval. */
@ApplicationScoped
class RetentionJob {
  private static final Logger LOG = Logger.getLogger(RetentionJob.class.getName());

  private final Retention retention;
  private final Duration interval;
  private final PeriodicTask task;

  @Inject
  RetentionJob(Retention retention, CoreSettings settings) {
    this.retention = retention;
    this.interval = settings.sweepInterval();
    this.task = new PeriodicTask("retention", interval, this::sweep);
  }

  void start(@Observes @Initialized(ApplicationScoped.class) Object event) {
    task.start(Duration.ZERO);
  }

  /** Runs before the database is closed: a sweep in progress may finish. */
  void stop(@Observes @BeforeDestroyed(ApplicationScoped.class) Object event) {
    task.stop();
  }

  private void sweep() {
    try {
      Retention.Deleted deleted = retention.deleteExpired(Instant.now(), task::beat);
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
    }
  }
}
