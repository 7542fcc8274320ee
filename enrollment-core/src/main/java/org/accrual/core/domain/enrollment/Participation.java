package org.accrual.core.domain.enrollment;

import org.accrual.core.domain.Decision;
import org.accrual.core.domain.Refusal.Reason;
import org.accrual.core.domain.enrollment.EnrollmentCommand.ReverseWithdrawal;
import org.accrual.core.domain.enrollment.EnrollmentCommand.StartFollowUp;
import org.accrual.core.domain.enrollment.EnrollmentCommand.TakeOffStudy;
import org.accrual.core.domain.enrollment.EnrollmentCommand.Unblind;
import org.accrual.core.domain.enrollment.EnrollmentCommand.Withdraw;
import org.accrual.core.domain.enrollment.EnrollmentEvent.EnrollmentRejected;
import org.accrual.core.domain.enrollment.EnrollmentEvent.FollowUpStarted;
import org.accrual.core.domain.enrollment.EnrollmentEvent.PatientWithdrawn;
import org.accrual.core.domain.enrollment.EnrollmentEvent.TakenOffStudy;
import org.accrual.core.domain.enrollment.EnrollmentEvent.Unblinded;
import org.accrual.core.domain.enrollment.EnrollmentEvent.WithdrawalReversed;
import org.accrual.core.domain.enrollment.EnrollmentState.Compensating;
import org.accrual.core.domain.enrollment.EnrollmentState.FollowUp;
import org.accrual.core.domain.enrollment.EnrollmentState.Ineligible;
import org.accrual.core.domain.enrollment.EnrollmentState.NotRegistered;
import org.accrual.core.domain.enrollment.EnrollmentState.OffStudy;
import org.accrual.core.domain.enrollment.EnrollmentState.OnStudy;
import org.accrual.core.domain.enrollment.EnrollmentState.Open;
import org.accrual.core.domain.enrollment.EnrollmentState.Pending;
import org.accrual.core.domain.enrollment.EnrollmentState.PendingOnStudy;
import org.accrual.core.domain.enrollment.EnrollmentState.Registered;
import org.accrual.core.domain.enrollment.EnrollmentState.Started;
import org.accrual.core.domain.enrollment.EnrollmentState.Withdrawn;
import org.accrual.core.domain.saga.RejectionReason;

/** What becomes of a patient beside the way into the study: follow-up, ends, disclosure. */
final class Participation {
  private Participation() {}

  static Decision<EnrollmentEvent> withdraw(Withdraw command, Started state) {
    return switch (state) {
      case Open _ -> withdrawn(command, state, false);
      case OnStudy _, FollowUp _ ->
          withdrawn(command, state, true)
              .then(
                  _ ->
                      Decision.accept(
                          new TakenOffStudy(
                              state.subject(),
                              OffStudyCause.WITHDRAWAL,
                              command.reason(),
                              command.withdrawnBy())));
      // Recorded at once: the saga has nothing left to decide, only to give back.
      case PendingOnStudy _ -> rejected(command, state, RejectionReason.PATIENT_WITHDRAWN);
      case Compensating(_, _, _, _, String reason, _) -> rejected(command, state, reason);
      case Ineligible _, OffStudy _, Withdrawn _, NotRegistered _ ->
          EnrollmentDecider.notAllowed("withdrawn", state);
    };
  }

  static Decision<EnrollmentEvent> reverse(
      ReverseWithdrawal command, Started state, EnrollmentFacts facts) {
    return switch (state) {
      case Withdrawn _ ->
          Accrual.reopen(state, facts)
              .then(
                  _ ->
                      Decision.accept(
                          new WithdrawalReversed(
                              state.subject(), command.reason(), command.reversedBy())));
      case Pending _ -> EnrollmentDecider.inProgress(state);
      case Open _, Ineligible _, Registered _, NotRegistered _ ->
          EnrollmentDecider.notAllowed("taken back from a withdrawal", state);
    };
  }

  static Decision<EnrollmentEvent> followUp(StartFollowUp command, Started state) {
    return switch (state) {
      case OnStudy _ -> Decision.accept(new FollowUpStarted(state.subject(), command.recordedBy()));
      case Pending _ -> EnrollmentDecider.inProgress(state);
      case Open _, Ineligible _, FollowUp _, OffStudy _, Withdrawn _, NotRegistered _ ->
          EnrollmentDecider.notAllowed("followed up", state);
    };
  }

  static Decision<EnrollmentEvent> takeOff(TakeOffStudy command, Started state) {
    return switch (state) {
      case OnStudy _, FollowUp _ ->
          Decision.accept(
              new TakenOffStudy(
                  state.subject(), command.cause(), command.reason(), command.recordedBy()));
      case Pending _ -> EnrollmentDecider.inProgress(state);
      case Open _, Ineligible _, OffStudy _, Withdrawn _, NotRegistered _ ->
          EnrollmentDecider.notAllowed("taken off study", state);
    };
  }

  static Decision<EnrollmentEvent> unblind(Unblind command, Started state) {
    return switch (state) {
      case Registered _ ->
          Decision.accept(new Unblinded(state.subject(), command.reason(), command.unblindedBy()));
      case Pending _ -> EnrollmentDecider.inProgress(state);
      case Open _, Ineligible _, Withdrawn _, NotRegistered _ ->
          EnrollmentDecider.refuse(
              Reason.PATIENT_NOT_RANDOMIZED,
              "the enrollment is %s: there is no arm to disclose"
                  .formatted(EnrollmentPhase.of(state).code()),
              state.subject());
    };
  }

  private static Decision<EnrollmentEvent> rejected(
      Withdraw command, Started state, String reason) {
    return Decision.<EnrollmentEvent>accept(new EnrollmentRejected(state.subject(), reason, false))
        .then(_ -> withdrawn(command, state, false));
  }

  private static Decision<EnrollmentEvent> withdrawn(
      Withdraw command, Started state, boolean registered) {
    return Decision.accept(
        new PatientWithdrawn(state.subject(), command.reason(), command.withdrawnBy(), registered));
  }
}
