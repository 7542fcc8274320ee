package org.accrual.core.domain.saga;

import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.accrual.core.domain.saga.ParticipantAnswer.KitsReleased;
import org.accrual.core.domain.saga.ParticipantAnswer.SlotReleased;
import org.accrual.core.domain.saga.ParticipantCommand.ReleaseKits;
import org.accrual.core.domain.saga.ParticipantCommand.ReleaseSlot;
import org.accrual.core.domain.saga.SagaInput.Answered;
import org.accrual.core.domain.saga.SagaInput.Cancel;
import org.accrual.core.domain.saga.SagaInput.Due;

/** Gives back what a patient had who has left the study. Both at once: neither waits. */
final class Returns {
  private Returns() {}

  static SagaTurn begin(int attempt, boolean withKit, Instant retryAt) {
    SagaStep step = withKit ? SagaStep.RETURN_KIT_AND_SLOT : SagaStep.RETURN_SLOT;
    // The versions matter to requests only; a release is answered on any.
    return ask(new SagaRun(attempt, step, 0, 0, retryAt));
  }

  static SagaTurn take(SagaInput input, SagaRun run, Instant retryAt) {
    return switch (input) {
      case Answered(_, KitsReleased _) ->
          switch (run.step()) {
            case RETURN_KIT_AND_SLOT ->
                SagaTurn.on(List.of(), run.at(SagaStep.RETURN_SLOT, run.dueAt()));
            case RETURN_KIT -> SagaTurn.over(List.of());
            default -> SagaTurn.unchanged(Optional.of(run));
          };
      case Answered(_, SlotReleased _) ->
          switch (run.step()) {
            case RETURN_KIT_AND_SLOT ->
                SagaTurn.on(List.of(), run.at(SagaStep.RETURN_KIT, run.dueAt()));
            case RETURN_SLOT -> SagaTurn.over(List.of());
            default -> SagaTurn.unchanged(Optional.of(run));
          };
      case Due _ -> ask(run.at(run.step(), retryAt));
      case Answered _, Cancel _ -> SagaTurn.unchanged(Optional.of(run));
    };
  }

  private static SagaTurn ask(SagaRun run) {
    ReleaseKits kit = new ReleaseKits(run.attempt());
    ReleaseSlot slot = new ReleaseSlot(run.attempt());
    return switch (run.step()) {
      case RETURN_KIT_AND_SLOT -> SagaTurn.on(List.of(), run, kit, slot);
      case RETURN_KIT -> SagaTurn.on(List.of(), run, kit);
      case RETURN_SLOT -> SagaTurn.on(List.of(), run, slot);
      default -> throw new IllegalStateException("not a return: " + run);
    };
  }
}
