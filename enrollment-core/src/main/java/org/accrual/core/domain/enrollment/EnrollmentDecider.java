package org.accrual.core.domain.enrollment;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.accrual.core.domain.Decision;
import org.accrual.core.domain.Decision.Refused;
import org.accrual.core.domain.Refusal;
import org.accrual.core.domain.Refusal.Reason;
import org.accrual.core.domain.enrollment.EnrollmentCommand.Confirm;
import org.accrual.core.domain.enrollment.EnrollmentCommand.Enroll;
import org.accrual.core.domain.enrollment.EnrollmentCommand.RecordConsent;
import org.accrual.core.domain.enrollment.EnrollmentCommand.RecordEligibility;
import org.accrual.core.domain.enrollment.EnrollmentCommand.Reject;
import org.accrual.core.domain.enrollment.EnrollmentCommand.Screen;
import org.accrual.core.domain.enrollment.EnrollmentCommand.Withdraw;
import org.accrual.core.domain.enrollment.EnrollmentEvent.EnrollmentConfirmed;
import org.accrual.core.domain.enrollment.EnrollmentEvent.EnrollmentRejected;
import org.accrual.core.domain.enrollment.EnrollmentEvent.PatientWithdrawn;
import org.accrual.core.domain.enrollment.EnrollmentState.Candidate;
import org.accrual.core.domain.enrollment.EnrollmentState.Consented;
import org.accrual.core.domain.enrollment.EnrollmentState.Eligible;
import org.accrual.core.domain.enrollment.EnrollmentState.Ineligible;
import org.accrual.core.domain.enrollment.EnrollmentState.NotRegistered;
import org.accrual.core.domain.enrollment.EnrollmentState.OffStudy;
import org.accrual.core.domain.enrollment.EnrollmentState.OnStudy;
import org.accrual.core.domain.enrollment.EnrollmentState.PendingOnStudy;
import org.accrual.core.domain.enrollment.EnrollmentState.Screening;
import org.accrual.core.domain.enrollment.EnrollmentState.Started;
import org.accrual.core.domain.enrollment.EnrollmentState.Withdrawn;

/** Decides commands on an enrollment. */
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
      case Screen screen -> Assessment.screen(screen, state, facts);
      case Enroll enroll -> Assessment.enroll(enroll, state, facts, now);
      case RecordConsent record ->
          onStarted(state, started -> Assessment.consent(record, started, now));
      case RecordEligibility record ->
          onStarted(state, started -> Assessment.eligibility(record, started, facts));
      case Confirm _ ->
          onStarted(
              state,
              started ->
                  started instanceof PendingOnStudy(Subject subject, _, _)
                      ? Decision.accept(new EnrollmentConfirmed(subject))
                      : notAllowed("confirmed", started));
      case Reject(String reason, boolean isFinal) ->
          onStarted(
              state,
              started ->
                  started instanceof PendingOnStudy(Subject subject, _, _)
                      ? Decision.accept(new EnrollmentRejected(subject, reason, isFinal))
                      : notAllowed("rejected", started));
      case Withdraw withdraw -> onStarted(state, started -> withdraw(withdraw, started));
    };
  }

  /** The state after events that were decided on {@code state}. */
  public static EnrollmentState fold(EnrollmentState state, List<EnrollmentEvent> events) {
    EnrollmentState folded = state;
    for (EnrollmentEvent event : events) {
      folded = folded.apply(event);
    }
    return folded;
  }

  private static Decision<EnrollmentEvent> withdraw(Withdraw command, Started state) {
    return switch (state) {
      case Screening _, Consented _, Eligible _, PendingOnStudy _ ->
          withdrawn(command, state, false);
      case OnStudy _ -> withdrawn(command, state, true);
      case Ineligible _, OffStudy _, Withdrawn _, NotRegistered _ -> notAllowed("withdrawn", state);
    };
  }

  private static Decision<EnrollmentEvent> withdrawn(
      Withdraw command, Started state, boolean registered) {
    return Decision.accept(
        new PatientWithdrawn(state.subject(), command.reason(), command.withdrawnBy(), registered));
  }

  private interface OnStarted {
    Decision<EnrollmentEvent> decide(Started state);
  }

  private static Decision<EnrollmentEvent> onStarted(EnrollmentState state, OnStarted decider) {
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

  static Decision<EnrollmentEvent> refuse(Reason reason, String message, Subject subject) {
    return Decision.refuse(new Refusal(reason, message, subject.ids()));
  }
}
