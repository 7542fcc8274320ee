package org.accrual.core.domain.saga;

import java.util.List;
import java.util.Optional;
import org.accrual.core.domain.saga.ParticipantAnswer.SlotReleased;
import org.accrual.core.domain.saga.ParticipantCommand.ReleaseSlot;
import org.accrual.core.domain.saga.SagaInput.Answered;
import org.accrual.core.domain.saga.SagaInput.Repeat;
import org.accrual.core.domain.saga.SagaInput.Stop;

/**
 * Releases the slot of a patient who has left the study. The kit stays the patient's: a kit that
 * was handed over never becomes available again.
 */
final class Returns {
  private Returns() {}

  static SagaTurn begin(int attempt) {
    // The versions matter to requests only; a release is answered on any.
    return ask(new SagaRun(attempt, SagaStep.RETURN_SLOT, 0, 0, 0));
  }

  static SagaTurn take(SagaInput input, SagaRun run) {
    return switch (input) {
      case Answered(_, SlotReleased _) -> SagaTurn.over(List.of());
      case Repeat _ -> ask(run.repeated());
      case Answered _, Stop _ -> SagaTurn.unchanged(Optional.of(run));
    };
  }

  private static SagaTurn ask(SagaRun run) {
    return SagaTurn.on(List.of(), run, new ReleaseSlot(run.attempt(), true));
  }
}
