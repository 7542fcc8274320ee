package org.accrual.core.domain.enrollment;

import java.time.Instant;
import java.util.Map;
import org.accrual.core.domain.Decision;
import org.accrual.core.domain.Decision.Refused;
import org.accrual.core.domain.Refusal;
import org.accrual.core.domain.Refusal.Reason;
import org.accrual.core.domain.enrollment.EnrollmentCommand.CorrectEligibility;
import org.accrual.core.domain.enrollment.EnrollmentCommand.Enroll;
import org.accrual.core.domain.enrollment.EnrollmentCommand.RecordConsent;
import org.accrual.core.domain.enrollment.EnrollmentCommand.RecordEligibility;
import org.accrual.core.domain.enrollment.EnrollmentCommand.Rescreen;
import org.accrual.core.domain.enrollment.EnrollmentCommand.ReverseWithdrawal;
import org.accrual.core.domain.enrollment.EnrollmentCommand.Screen;
import org.accrual.core.domain.enrollment.EnrollmentCommand.StartFollowUp;
import org.accrual.core.domain.enrollment.EnrollmentCommand.TakeOffStudy;
import org.accrual.core.domain.enrollment.EnrollmentCommand.Unblind;
import org.accrual.core.domain.enrollment.EnrollmentCommand.Withdraw;
import org.accrual.core.domain.enrollment.EnrollmentState.Candidate;
import org.accrual.core.domain.enrollment.EnrollmentState.Started;

/** Decides commands on an enrollment. What happens while one is pending, the saga decides. */
public final class EnrollmentDecider {
  private EnrollmentDecider() {}

  /**
   * Accepts or refuses a command.
   *
   * @param state of the patient's live enrollment, or of the one that the command names; a
   *     candidate if there is none
   * @param now to the microsecond
   */
  public static Decision<EnrollmentEvent> decide(
      EnrollmentCommand command, EnrollmentState state, EnrollmentFacts facts, Instant now) {
    Decision<EnrollmentEvent> decision = judge(command, state, facts, now);
    // A refused candidate keeps no id: nobody should go looking for it.
    return state instanceof Candidate && decision instanceof Refused<EnrollmentEvent>(Refusal why)
        ? Decision.refuse(why.withoutEnrollment())
        : decision;
  }

  private static Decision<EnrollmentEvent> judge(
      EnrollmentCommand command, EnrollmentState state, EnrollmentFacts facts, Instant now) {
    return switch (command) {
      case Screen screen -> Accrual.screen(screen, state, facts);
      case Enroll enroll -> Enrolling.enroll(enroll, state, facts, now);
      case Rescreen rescreen -> started(state, s -> Accrual.rescreen(rescreen, s, facts));
      case RecordConsent record -> started(state, s -> Assessment.consent(record, s, now));
      case RecordEligibility record ->
          started(state, s -> Assessment.eligibility(record, s, facts));
      case CorrectEligibility correct -> started(state, s -> Assessment.correct(correct, s, facts));
      case Withdraw withdraw -> started(state, s -> Participation.withdraw(withdraw, s));
      case ReverseWithdrawal reverse ->
          started(state, s -> Participation.reverse(reverse, s, facts));
      case StartFollowUp start -> started(state, s -> Participation.followUp(start, s));
      case TakeOffStudy take -> started(state, s -> Participation.takeOff(take, s));
      case Unblind unblind -> started(state, s -> Participation.unblind(unblind, s));
    };
  }

  private interface OnStarted {
    Decision<EnrollmentEvent> decide(Started state);
  }

  private static Decision<EnrollmentEvent> started(EnrollmentState state, OnStarted decider) {
    return switch (state) {
      case Started started -> decider.decide(started);
      case Candidate _ ->
          Decision.refuse(
              new Refusal(Reason.ENROLLMENT_NOT_FOUND, "there is no such enrollment", Map.of()));
    };
  }

  static Decision<EnrollmentEvent> notAllowed(String what, Started state) {
    return refuse(
        Reason.ENROLLMENT_TRANSITION_NOT_ALLOWED,
        "the enrollment is %s and cannot be %s".formatted(EnrollmentPhase.of(state).code(), what),
        state.subject());
  }

  /** Refuses since the saga still runs. */
  public static Decision<EnrollmentEvent> inProgress(Started state) {
    return refuse(
        Reason.ENROLLMENT_IN_PROGRESS,
        "the enrollment is being decided: wait for its operation, or cancel it first",
        state.subject());
  }

  static Decision<EnrollmentEvent> refuse(Reason reason, String message, Subject subject) {
    return Decision.refuse(new Refusal(reason, message, subject.ids()));
  }
}
