package org.accrual.core.eventstore;

import java.time.Instant;
import java.util.Optional;
import java.util.UUID;
import org.accrual.core.application.OperationProgress;
import org.accrual.core.domain.saga.SagaRun;
import org.accrual.core.domain.saga.SagaStep;

/** Runs and operations that one transaction starts and moves. */
final class SagaRows {
  private final Rows<Move> moves = new Rows<>();
  private final Rows<OperationProgress> progress = new Rows<>();

  private record Move(
      UUID enrollmentId, SagaStep seen, Optional<SagaRun> next, String causationId) {}

  void move(UUID enrollmentId, SagaStep seen, Optional<SagaRun> next, String causationId) {
    moves.add(new Move(enrollmentId, seen, next, causationId));
  }

  void advance(OperationProgress operation) {
    progress.add(operation);
  }

  void addMovesTo(Calls calls) {
    if (!moves.isEmpty()) {
      calls.add(
          "move_sagas",
          moves.column("uuid", Move::enrollmentId),
          moves.column("text", m -> m.seen().code()),
          moves.column("text", m -> m.next().map(run -> run.step().code()).orElse(null)),
          moves.column("timestamptz", m -> m.next().map(SagaRun::dueAt).orElse(null)),
          moves.column("text", Move::causationId));
    }
  }

  void addProgressTo(Calls calls, Instant now) {
    if (!progress.isEmpty()) {
      calls.add(
          "advance_operations",
          progress.column("uuid", OperationProgress::operationId),
          progress.column("text", p -> p.stages().getLast().stage().code()),
          progress.column("jsonb", p -> Json.stages(p.stages())),
          progress.column("text", p -> p.reason().orElse(null)),
          progress.column("int8", OperationProgress::version),
          now);
    }
  }
}
