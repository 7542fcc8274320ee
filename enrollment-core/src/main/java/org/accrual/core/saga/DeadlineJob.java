package org.accrual.core.saga;

import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.context.BeforeDestroyed;
import jakarta.enterprise.context.Initialized;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Inject;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.accrual.core.application.Conflict;
import org.accrual.core.application.StoreUnavailable;
import org.accrual.runtime.liveness.Heartbeat;

/** Moves runs that are due, again and again; beside other processes that do the same. */
@ApplicationScoped
class DeadlineJob {
  private static final Logger LOG = Logger.getLogger(DeadlineJob.class.getName());
  private static final int STOP_SECONDS = 5;

  private final SagaSettings settings;
  private final DueSagas due;
  private final Heartbeat heartbeat = new Heartbeat("saga-deadlines");
  private final ScheduledExecutorService scheduler =
      Executors.newSingleThreadScheduledExecutor(
          Thread.ofPlatform().daemon().name("saga-deadlines").factory());

  @Inject
  DeadlineJob(SagaSettings settings, DueSagas due) {
    this.settings = settings;
    this.due = due;
  }

  void start(@Observes @Initialized(ApplicationScoped.class) Object event) {
    if (settings.enabled()) {
      heartbeat.start();
      long pause = settings.sweepInterval().toMillis();
      var _ = scheduler.scheduleWithFixedDelay(this::sweep, pause, pause, TimeUnit.MILLISECONDS);
    }
  }

  /** Before the database goes: a batch under way may finish. */
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
      while (due.moveSome() && !scheduler.isShutdown()) {
        heartbeat.beat();
        LOG.log(Level.FINE, "more sagas are due");
      }
    } catch (StoreUnavailable | Conflict passing) {
      LOG.log(
          Level.WARNING,
          "deadlines of sagas wait for the database; they are enforced when it is back: {0}",
          passing.getMessage());
    } catch (RuntimeException failed) {
      LOG.log(Level.SEVERE, "deadlines of sagas were not enforced; it is tried again", failed);
    }
    heartbeat.beat(settings.sweepInterval());
  }
}
