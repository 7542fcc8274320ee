package org.accrual.core.eventstore;

import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import org.accrual.core.application.Change.MoveSaga;
import org.accrual.core.application.OperationProgress;
import org.accrual.core.domain.saga.SagaRun;

/** Runs and operations that one transaction starts and moves. */
final class SagaRows {
  private final Rows<Row> moves = new Rows<>();
  private final Rows<OperationProgress> progress = new Rows<>();

  private record Row(MoveSaga move, String causationId) {
    Optional<SagaRun> next() {
      return move.next();
    }
  }

  void move(MoveSaga move, String causationId) {
    moves.add(new Row(move, causationId));
  }

  void advance(OperationProgress operation) {
    progress.add(operation);
  }

  void addMovesTo(Calls calls) {
    if (!moves.isEmpty()) {
      calls.add(
          "move_sagas",
          moves.column("uuid", m -> m.move().enrollmentId()),
          moves.column("text", m -> m.move().seen().code()),
          moves.column("text", m -> m.next().map(run -> run.step().code()).orElse(null)),
          moves.column("int4", m -> m.next().map(SagaRun::repeats).orElse(null)),
          moves.column("interval", m -> m.move().pause().map(Duration::toString).orElse(null)),
          moves.column("text", Row::causationId));
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
