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
import org.eclipse.microprofile.health.Readiness;

/**
 * Repeats unanswered commands regularly, beside other processes that do the same. Not while this
 * process cannot read answers: the answer may be there.
 */
@ApplicationScoped
class RepetitionJob {
  private static final Logger LOG = Logger.getLogger(RepetitionJob.class.getName());
  private static final int STOP_SECONDS = 5;

  private final SagaSettings settings;
  private final SagaRepeater repeater;
  private final SagaIntake intake;
  private final Heartbeat heartbeat = new Heartbeat("saga-repetitions");
  private final ScheduledExecutorService scheduler =
      Executors.newSingleThreadScheduledExecutor(
          Thread.ofPlatform().daemon().name("saga-repetitions").factory());

  @Inject
  RepetitionJob(SagaSettings settings, SagaRepeater repeater, @Readiness SagaIntake intake) {
    this.settings = settings;
    this.repeater = repeater;
    this.intake = intake;
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
    } catch (InterruptedException e) {
      scheduler.shutdownNow();
      Thread.currentThread().interrupt();
    }
  }

  /** Never throws: a scheduled task that does is not run again. */
  private void sweep() {
    heartbeat.beat();
    try {
      if (intake.readsAnswers()) {
        repeater.repeatSome();
      }
    } catch (StoreUnavailable | Conflict e) {
      LOG.log(
          Level.WARNING,
          "unanswered commands of sagas are not repeated until the database is back: {0}",
          e.getMessage());
    } catch (RuntimeException e) {
      LOG.log(Level.SEVERE, "unanswered commands of sagas were not repeated; retrying", e);
    }
    heartbeat.beat(settings.sweepInterval());
  }
}
