package org.accrual.core.application;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.accrual.core.application.Change.AdvanceOperation;
import org.accrual.core.application.Change.AppendToEnrollment;
import org.accrual.core.application.Change.CloseAttempt;
import org.accrual.core.application.Change.HoldSite;
import org.accrual.core.application.Change.HoldStudy;
import org.accrual.core.application.Change.MoveSaga;
import org.accrual.core.application.Change.OpenAttempt;
import org.accrual.core.application.Change.ReopenAttempt;
import org.accrual.core.application.Change.Send;
import org.accrual.core.application.Change.StartSaga;
import org.accrual.core.application.WriteModel.LoadedEnrollment;
import org.accrual.core.domain.enrollment.EnrollmentEvent;
import org.accrual.core.domain.enrollment.EnrollmentEvent.EnrollmentRequested;
import org.accrual.core.domain.enrollment.EnrollmentEvent.PatientScreened;
import org.accrual.core.domain.enrollment.EnrollmentPhase;
import org.accrual.core.domain.enrollment.EnrollmentPhase.Standing;
import org.accrual.core.domain.enrollment.EnrollmentState;
import org.accrual.core.domain.enrollment.EnrollmentState.OffStudy;
import org.accrual.core.domain.enrollment.EnrollmentState.PendingOnStudy;
import org.accrual.core.domain.enrollment.LatestAttempt;
import org.accrual.core.domain.enrollment.Subject;
import org.accrual.core.domain.saga.SagaDecider;
import org.accrual.core.domain.saga.SagaTiming;
import org.accrual.core.domain.saga.SagaTurn;
import org.accrual.core.domain.study.StudyState;

/** What goes into the transaction beside an enrollment's events: all that spans streams. */
final class EnrollmentChanges {
  private final LoadedEnrollment loaded;
  private final List<EnrollmentEvent> events;
  private final Subject subject;

  /**
   * @param events decided on {@code loaded}; at least one
   */
  EnrollmentChanges(LoadedEnrollment loaded, List<EnrollmentEvent> events) {
    this.loaded = loaded;
    this.events = events;
    this.subject = events.getFirst().subject();
  }

  /** For a command that ends when it has been written. */
  List<Change> of(EnrollmentHistory after) {
    List<Change> changes = new ArrayList<>();
    Optional<Change> attempt = attempt(after.state());
    boolean needsOpenAccrual = events.stream().anyMatch(EnrollmentChanges::needsOpenAccrual);
    if (needsOpenAccrual || attempt.filter(ReopenAttempt.class::isInstance).isPresent()) {
      // Study before site, as everywhere: one order of locks, no deadlocks.
      changes.add(new HoldStudy(subject.studyId(), loaded.studyVersion()));
    }
    if (needsOpenAccrual) {
      changes.add(new HoldSite(subject.site(), loaded.siteVersion()));
    }
    attempt.ifPresent(changes::add);
    changes.add(new AppendToEnrollment(subject.enrollmentId(), after.version(), events));
    return changes;
  }

  /** The saga of a request that has been decided. */
  List<Change> saga(PendingOnStudy requested, UUID operation, Origin origin, SagaTiming timing) {
    return start(
        SagaDecider.begin(requested, loaded.studyVersion(), loaded.siteVersion()),
        Optional.of(operation),
        origin,
        timing,
        loaded.facts().study() instanceof StudyState.Registered study
            ? study.design().enrollmentExpiry()
            : Optional.empty());
  }

  /** Releases the slot of a patient who left the study. */
  List<Change> giveBack(OffStudy off, Origin origin, SagaTiming timing) {
    return start(SagaDecider.giveBack(off), Optional.empty(), origin, timing, Optional.empty());
  }

  /** What the saga of a patient who withdrew meanwhile has taken goes back. */
  List<Change> stop(RunningSaga saga, EnrollmentHistory after) {
    SagaTurn turn = SagaDecider.withdrawn(saga.run());
    List<Change> changes = new ArrayList<>();
    changes.add(new MoveSaga(saga.enrollmentId(), saga.run().step(), turn.run(), Optional.empty()));
    changes.add(new Send(subject, turn.commands()));
    saga.operationId()
        .flatMap(id -> Operations.progress(id, after, loaded.history().version()))
        .ifPresent(progress -> changes.add(new AdvanceOperation(progress)));
    return changes;
  }

  private List<Change> start(
      SagaTurn turn,
      Optional<UUID> operation,
      Origin origin,
      SagaTiming timing,
      Optional<Duration> expiry) {
    return List.of(
        new StartSaga(
            new RunningSaga(subject.enrollmentId(), turn.run().orElseThrow(), operation, origin),
            timing.stepDeadline(),
            expiry),
        new Send(subject, turn.commands()));
  }

  /** How the attempt's standing changes, if it does. */
  private Optional<Change> attempt(EnrollmentState after) {
    Optional<Change> opened =
        events.stream()
            .filter(PatientScreened.class::isInstance)
            .findFirst()
            .map(
                event ->
                    new OpenAttempt(
                        (PatientScreened) event,
                        loaded.facts().latest().map(LatestAttempt::standing)));
    Standing standing = EnrollmentPhase.of(after).standing();
    Standing before = EnrollmentPhase.of(loaded.history().state()).standing();
    if (opened.isPresent() || standing == before) {
      return opened;
    }
    return Optional.of(
        standing == Standing.LIVE
            ? new ReopenAttempt(subject.enrollmentId())
            : new CloseAttempt(subject.enrollmentId(), standing));
  }

  private static boolean needsOpenAccrual(EnrollmentEvent event) {
    return event instanceof PatientScreened || event instanceof EnrollmentRequested;
  }
}
