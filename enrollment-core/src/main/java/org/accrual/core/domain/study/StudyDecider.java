package org.accrual.core.domain.study;

import java.util.Map;
import org.accrual.core.domain.Decision;
import org.accrual.core.domain.Refusal;
import org.accrual.core.domain.Refusal.Reason;
import org.accrual.core.domain.study.StudyCommand.Activate;
import org.accrual.core.domain.study.StudyCommand.CloseToAccrual;
import org.accrual.core.domain.study.StudyCommand.Complete;
import org.accrual.core.domain.study.StudyCommand.Register;
import org.accrual.core.domain.study.StudyCommand.ResumeAccrual;
import org.accrual.core.domain.study.StudyCommand.SuspendAccrual;
import org.accrual.core.domain.study.StudyEvent.AccrualResumed;
import org.accrual.core.domain.study.StudyEvent.AccrualSuspended;
import org.accrual.core.domain.study.StudyEvent.StudyActivated;
import org.accrual.core.domain.study.StudyEvent.StudyClosedToAccrual;
import org.accrual.core.domain.study.StudyEvent.StudyCompleted;
import org.accrual.core.domain.study.StudyEvent.StudyRegistered;
import org.accrual.core.domain.study.StudyState.Active;
import org.accrual.core.domain.study.StudyState.Approved;
import org.accrual.core.domain.study.StudyState.ClosedToAccrual;
import org.accrual.core.domain.study.StudyState.TemporarilyClosed;
import org.accrual.core.domain.study.StudyState.Unregistered;

/** Decides commands on a study. */
public final class StudyDecider {
  private StudyDecider() {}

  public static Decision<StudyEvent> decide(
      StudyCommand command, StudyState state, LiveEnrollments live) {
    String id = command.studyId();
    return switch (command) {
      case Register(StudyDesign design, RandomizationDesign randomization, AccrualLimits limits) ->
          state instanceof Unregistered
              ? Decision.accept(new StudyRegistered(design, randomization, limits))
              : refuse(Reason.STUDY_EXISTS, "study %s exists already".formatted(id), id);
      case Activate _ ->
          state instanceof Approved
              ? Decision.accept(new StudyActivated(id))
              : notAllowed("activated", id, state);
      case SuspendAccrual(_, String reason) ->
          state instanceof Active
              ? Decision.accept(new AccrualSuspended(id, reason))
              : notAllowed("suspended", id, state);
      case ResumeAccrual _ ->
          state instanceof TemporarilyClosed
              ? Decision.accept(new AccrualResumed(id))
              : notAllowed("resumed", id, state);
      case CloseToAccrual(_, String reason) ->
          state instanceof Active || state instanceof TemporarilyClosed
              ? Decision.accept(new StudyClosedToAccrual(id, reason))
              : notAllowed("closed to accrual", id, state);
      case Complete _ ->
          state instanceof ClosedToAccrual
              ? complete(id, live)
              : notAllowed("completed", id, state);
    };
  }

  private static Decision<StudyEvent> complete(String id, LiveEnrollments live) {
    return live.count() == 0
        ? Decision.accept(new StudyCompleted(id))
        : refuse(
            Reason.STUDY_HAS_LIVE_ENROLLMENTS,
            "study %s has %d enrollments that have not ended, among them %s"
                .formatted(id, live.count(), live.some()),
            id);
  }

  private static Decision<StudyEvent> notAllowed(String what, String id, StudyState state) {
    return switch (state) {
      case Unregistered() ->
          refuse(Reason.STUDY_NOT_FOUND, "there is no study %s".formatted(id), id);
      case StudyState.Registered study ->
          refuse(
              Reason.STUDY_TRANSITION_NOT_ALLOWED,
              "study %s is %s and cannot be %s".formatted(id, StudyPhase.of(study).code(), what),
              id);
    };
  }

  private static Decision<StudyEvent> refuse(Reason reason, String message, String id) {
    return Decision.refuse(new Refusal(reason, message, Map.of("study_id", id)));
  }
}
