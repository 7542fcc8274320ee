package org.accrual.core.application;

import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.accrual.core.application.WriteModel.LoadedEnrollment;
import org.accrual.core.domain.Refusal;
import org.accrual.core.domain.Refusal.Reason;
import org.accrual.core.domain.saga.SagaInput;
import org.accrual.core.domain.saga.SagaTiming;

/** Cancels operations: what was taken is given back, and a rejection follows. */
public final class Cancellation {
  private final WriteModel model;
  private final InstantSource clock;
  private final SagaTiming timing;

  public Cancellation(WriteModel model, InstantSource clock, SagaTiming timing) {
    this.model = model;
    this.clock = clock;
    this.timing = timing;
  }

  /** Accepted, also when it compensates already; refused once it is done, whatever it came to. */
  public Outcome cancel(Request request, Operation operation) {
    return Attempts.run(
        request,
        () -> model.loadEnrollment(request, operation.subject().enrollmentId()),
        _ -> Optional.empty(),
        loaded -> cancel(request, operation.operationId(), loaded));
  }

  private Outcome cancel(Request request, UUID operationId, LoadedEnrollment loaded) {
    Optional<RunningSaga> saga =
        loaded.saga().filter(s -> s.operationId().filter(operationId::equals).isPresent());
    if (saga.isEmpty()) {
      return new Outcome.Refused(
          new Refusal(
              Reason.OPERATION_DONE,
              "the operation is done; cancelling changes nothing any more",
              Map.of("operation", "operations/" + operationId)));
    }
    Instant now = clock.instant().truncatedTo(ChronoUnit.MICROS);
    SagaTurns turns = new SagaTurns(loaded.history(), saga, timing, now);
    turns.take(new SagaInput.Cancel(), request.origin());
    List<Caused> changes = turns.changes();
    if (!changes.isEmpty()) {
      model.commit(changes, now);
    }
    return new Outcome.Answered(Answer.NOTHING);
  }
}
