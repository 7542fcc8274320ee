package org.accrual.core.domain.saga;

import java.util.List;
import java.util.Optional;
import org.accrual.core.domain.enrollment.EnrollmentEvent;
import org.accrual.core.domain.enrollment.EnrollmentEvent.CompensationStarted;
import org.accrual.core.domain.enrollment.EnrollmentEvent.EnrollmentConfirmed;
import org.accrual.core.domain.enrollment.EnrollmentEvent.EnrollmentRejected;
import org.accrual.core.domain.enrollment.EnrollmentState.PendingOnStudy;
import org.accrual.core.domain.enrollment.Subject;
import org.accrual.core.domain.saga.ParticipantAnswer.KitAllocated;
import org.accrual.core.domain.saga.ParticipantAnswer.KitsHeld;
import org.accrual.core.domain.saga.ParticipantAnswer.KitsRefused;
import org.accrual.core.domain.saga.ParticipantAnswer.RandomizationRefused;
import org.accrual.core.domain.saga.ParticipantAnswer.Randomized;
import org.accrual.core.domain.saga.ParticipantAnswer.SlotRefused;
import org.accrual.core.domain.saga.ParticipantAnswer.SlotReserved;
import org.accrual.core.domain.saga.ParticipantCommand.AllocateKit;
import org.accrual.core.domain.saga.ParticipantCommand.HoldKits;
import org.accrual.core.domain.saga.ParticipantCommand.Randomize;
import org.accrual.core.domain.saga.ParticipantCommand.ReserveSlot;
import org.accrual.core.domain.saga.SagaInput.Answered;
import org.accrual.core.domain.saga.SagaInput.Repeat;
import org.accrual.core.domain.saga.SagaInput.Stop;

/** A run on its way to a confirmation. */
record Forward(PendingOnStudy state, SagaRun run) {

  SagaTurn take(SagaInput input) {
    return switch (input) {
      case Answered(_, ParticipantAnswer answer) ->
          switch (run.step()) {
            case RESERVE_SLOT -> onReserveSlot(answer);
            case HOLD_KITS -> onHoldKits(answer);
            case RANDOMIZE -> onRandomize(answer);
            case ALLOCATE_KIT -> onAllocateKit(answer);
            case RELEASE_KITS, RELEASE_SLOT, RETURN_SLOT ->
                throw new IllegalStateException("not a step forward: " + run);
          };
      case Repeat _ -> SagaTurn.on(List.of(), run.repeated(), command());
      case Stop(String reason) -> compensate(reason, SagaDecider.release(run.step()));
    };
  }

  private SagaTurn onReserveSlot(ParticipantAnswer answer) {
    return switch (answer) {
      case SlotReserved _ ->
          SagaTurn.on(
              List.of(new EnrollmentEvent.SlotReserved(subject())),
              run.at(SagaStep.HOLD_KITS),
              holdKits());
      // Nothing was taken, so there is nothing to give back.
      case SlotRefused(String reason) ->
          SagaTurn.over(
              List.of(new EnrollmentRejected(subject(), reason, RejectionReason.isFinal(reason))));
      default -> unchanged();
    };
  }

  private SagaTurn onHoldKits(ParticipantAnswer answer) {
    return switch (answer) {
      // No event: that kits are held is nothing that the outside should see.
      case KitsHeld _ -> SagaTurn.on(List.of(), run.at(SagaStep.RANDOMIZE), randomize());
      case KitsRefused(String reason) -> compensate(reason, SagaStep.RELEASE_SLOT);
      default -> unchanged();
    };
  }

  private SagaTurn onRandomize(ParticipantAnswer answer) {
    return switch (answer) {
      case Randomized(String allocationId, String number, var sealedArm) ->
          SagaTurn.on(
              List.of(new EnrollmentEvent.Randomized(subject(), allocationId, number)),
              run.at(SagaStep.ALLOCATE_KIT),
              new AllocateKit(run.attempt(), allocationId, sealedArm));
      case RandomizationRefused(String reason) -> compensate(reason, SagaStep.RELEASE_KITS);
      default -> unchanged();
    };
  }

  private SagaTurn onAllocateKit(ParticipantAnswer answer) {
    return switch (answer) {
      case KitAllocated(String kitId) ->
          SagaTurn.over(
              List.of(
                  new EnrollmentEvent.KitAllocated(subject(), kitId),
                  new EnrollmentConfirmed(subject(), kitId, state.randomizationNumber())));
      case KitsRefused(String reason) -> compensate(reason, SagaStep.RELEASE_KITS);
      // Asked for by a repetition, see command().
      case Randomized(String allocationId, _, var sealedArm) when run.repeats() > 0 ->
          SagaTurn.on(List.of(), run, new AllocateKit(run.attempt(), allocationId, sealedArm));
      default -> unchanged();
    };
  }

  private SagaTurn compensate(String reason, SagaStep first) {
    return SagaTurn.on(
        List.of(new CompensationStarted(subject(), reason, RejectionReason.isFinal(reason))),
        run.at(first),
        Compensation.command(first, run.attempt()));
  }

  private SagaTurn unchanged() {
    return SagaTurn.unchanged(Optional.of(run));
  }

  private Subject subject() {
    return state.subject();
  }

  /**
   * The command of the step. The sealed arm that AllocateKit needs is kept by randomization only,
   * which answers Randomize again with the same allocation.
   */
  private ParticipantCommand command() {
    return switch (run.step()) {
      case RESERVE_SLOT -> reserveSlot();
      case HOLD_KITS -> holdKits();
      case RANDOMIZE, ALLOCATE_KIT -> randomize();
      case RELEASE_KITS, RELEASE_SLOT, RETURN_SLOT ->
          throw new IllegalStateException("not a step forward: " + run);
    };
  }

  ReserveSlot reserveSlot() {
    return new ReserveSlot(
        run.attempt(), state.eligibility().strata(), run.studyVersion(), run.siteVersion());
  }

  private HoldKits holdKits() {
    return new HoldKits(run.attempt(), run.studyVersion(), run.siteVersion());
  }

  private Randomize randomize() {
    return new Randomize(run.attempt(), state.eligibility().strata(), run.studyVersion());
  }
}
