package org.accrual.core.saga;

import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.context.BeforeDestroyed;
import jakarta.enterprise.context.Initialized;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Inject;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.accrual.core.application.Conflict;
import org.accrual.core.application.StoreUnavailable;
import org.accrual.runtime.liveness.PeriodicTask;
import org.eclipse.microprofile.health.Readiness;

/**
 * Gives up expired enrollments and repeats unanswered commands regularly, beside other processes
 * that do the same. Repeats nothing while this process cannot read answers: the answer may be
 * there.
 */
@ApplicationScoped
class RepetitionJob {
  private static final Logger LOG = Logger.getLogger(RepetitionJob.class.getName());

  private final SagaSettings settings;
  private final SagaRepeater repeater;
  private final SagaIntake intake;
  private final PeriodicTask task;

  @Inject
  RepetitionJob(SagaSettings settings, SagaRepeater repeater, @Readiness SagaIntake intake) {
    this.settings = settings;
    this.repeater = repeater;
    this.intake = intake;
    this.task = new PeriodicTask("saga-repetitions", settings.sweepInterval(), this::sweep);
  }

  void start(@Observes @Initialized(ApplicationScoped.class) Object event) {
    if (settings.enabled()) {
      task.start(settings.sweepInterval());
    }
  }

  /** Runs before the database is closed: a batch in progress may finish. */
  void stop(@Observes @BeforeDestroyed(ApplicationScoped.class) Object event) {
    task.stop();
  }

  private void sweep() {
    try {
      repeater.expireSome();
      if (intake.readsAnswers()) {
        repeater.repeatSome();
      }
    } catch (StoreUnavailable | Conflict e) {
      LOG.log(
          Level.WARNING,
          "unanswered commands of sagas are not repeated until the database is back: {0}",
          e.getMessage());
    }
  }
}
