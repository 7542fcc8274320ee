package org.accrual.core.domain.saga;

import java.util.List;
import java.util.Optional;
import org.accrual.core.domain.enrollment.EnrollmentEvent;
import org.accrual.core.domain.enrollment.EnrollmentEvent.EnrollmentRejected;
import org.accrual.core.domain.saga.ParticipantAnswer.KitAllocated;
import org.accrual.core.domain.saga.ParticipantAnswer.KitsHeld;
import org.accrual.core.domain.saga.ParticipantAnswer.KitsReleased;
import org.accrual.core.domain.saga.ParticipantAnswer.SlotReleased;
import org.accrual.core.domain.saga.ParticipantCommand.ReleaseKits;
import org.accrual.core.domain.saga.ParticipantCommand.ReleaseSlot;
import org.accrual.core.domain.saga.SagaInput.Answered;
import org.accrual.core.domain.saga.SagaInput.Repeat;
import org.accrual.core.domain.saga.SagaInput.Stop;

/**
 * A run that gives back: kits, then the slot. It never gives up.
 *
 * @param rejection what follows then; empty if the patient has withdrawn meanwhile, which rejected
 *     the request at once
 */
record Compensation(Optional<EnrollmentRejected> rejection, SagaRun run) {

  SagaTurn take(SagaInput input) {
    return switch (input) {
      case Answered(_, ParticipantAnswer answer) -> onAnswer(answer);
      case Repeat _ -> SagaTurn.on(List.of(), run.repeated(), command(run.step(), run.attempt()));
      // It ends as it would.
      case Stop _ -> SagaTurn.unchanged(Optional.of(run));
    };
  }

  static ParticipantCommand command(SagaStep step, int attempt) {
    return switch (step) {
      case RELEASE_KITS -> new ReleaseKits(attempt);
      case RELEASE_SLOT -> new ReleaseSlot(attempt, false);
      case RESERVE_SLOT, HOLD_KITS, RANDOMIZE, ALLOCATE_KIT, RETURN_SLOT ->
          throw new IllegalArgumentException("no compensation: " + step);
    };
  }

  private SagaTurn onAnswer(ParticipantAnswer answer) {
    boolean kitsAreBack = run.step() == SagaStep.RELEASE_SLOT;
    return switch (answer) {
      case KitsReleased _ when !kitsAreBack ->
          SagaTurn.on(
              List.of(),
              run.at(SagaStep.RELEASE_SLOT),
              command(SagaStep.RELEASE_SLOT, run.attempt()));
      case SlotReleased _ when kitsAreBack ->
          SagaTurn.over(rejection.<List<EnrollmentEvent>>map(List::of).orElse(List.of()));
      // Later than the acknowledgement that nothing is held.
      case KitsHeld _, KitAllocated _ when kitsAreBack ->
          SagaDecider.stray(run.attempt(), answer, Optional.of(run));
      default -> SagaTurn.unchanged(Optional.of(run));
    };
  }
}
