package org.accrual.core.domain.saga;

import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.accrual.core.domain.enrollment.EnrollmentEvent.EnrollmentRejected;
import org.accrual.core.domain.enrollment.EnrollmentState.Compensating;
import org.accrual.core.domain.saga.ParticipantAnswer.KitAllocated;
import org.accrual.core.domain.saga.ParticipantAnswer.KitsHeld;
import org.accrual.core.domain.saga.ParticipantAnswer.KitsReleased;
import org.accrual.core.domain.saga.ParticipantAnswer.SlotReleased;
import org.accrual.core.domain.saga.ParticipantCommand.ReleaseKits;
import org.accrual.core.domain.saga.ParticipantCommand.ReleaseSlot;
import org.accrual.core.domain.saga.SagaInput.Answered;
import org.accrual.core.domain.saga.SagaInput.Cancel;
import org.accrual.core.domain.saga.SagaInput.Due;

/** A run on its way to a rejection: kits, then the slot. It never gives up. */
record Compensation(Compensating state, SagaRun run, SagaTiming timing, Instant now) {

  SagaTurn take(SagaInput input) {
    return switch (input) {
      case Answered(_, ParticipantAnswer answer) -> onAnswer(answer);
      case Due _ -> ask(run.step());
      // It ends as it would.
      case Cancel _ -> SagaTurn.unchanged(Optional.of(run));
    };
  }

  static ParticipantCommand command(SagaStep step, int attempt) {
    return switch (step) {
      case RELEASE_KITS -> new ReleaseKits(attempt);
      case RELEASE_SLOT -> new ReleaseSlot(attempt);
      case RESERVE_SLOT, HOLD_KITS, RANDOMIZE, ALLOCATE_KIT, RETURN_SLOT ->
          throw new IllegalArgumentException("no compensation: " + step);
    };
  }

  private SagaTurn onAnswer(ParticipantAnswer answer) {
    boolean kitsAreBack = run.step() == SagaStep.RELEASE_SLOT;
    return switch (answer) {
      case KitsReleased _ when !kitsAreBack -> ask(SagaStep.RELEASE_SLOT);
      case SlotReleased _ when kitsAreBack ->
          SagaTurn.over(
              List.of(new EnrollmentRejected(state.subject(), state.reason(), state.isFinal())));
      // Later than the acknowledgement that nothing is held.
      case KitsHeld _, KitAllocated _ when kitsAreBack ->
          SagaDecider.stray(run.attempt(), answer, Optional.of(run));
      default -> SagaTurn.unchanged(Optional.of(run));
    };
  }

  private SagaTurn ask(SagaStep step) {
    return SagaTurn.on(
        List.of(),
        run.at(step, now.plus(timing.compensationRetry())),
        command(step, run.attempt()));
  }
}
