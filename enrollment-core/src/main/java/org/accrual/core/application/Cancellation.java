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
import org.accrual.core.domain.enrollment.EnrollmentState.Pending;
import org.accrual.core.domain.saga.RejectionReason;
import org.accrual.core.domain.saga.SagaInput;

/** Cancels operations: what was taken is given back, and a rejection follows. */
public final class Cancellation {
  private final WriteModel model;
  private final InstantSource clock;

  public Cancellation(WriteModel model, InstantSource clock) {
    this.model = model;
    this.clock = clock;
  }

  /**
   * Accepts also while the enrollment compensates, and again once it has been cancelled: the answer
   * to the first call may have been lost. Refuses once it is done for another reason.
   */
  public Outcome cancel(Request request, Operation operation) {
    if (operation.done()
        && operation.reason().filter(RejectionReason.CANCELLED::equals).isPresent()) {
      return new Outcome.Answered(Answer.NOTHING);
    }
    return Attempts.run(
        request,
        () -> model.loadEnrollment(request, operation.subject().enrollmentId()),
        _ -> Optional.empty(),
        loaded -> cancel(request, operation.operationId(), loaded));
  }

  private Outcome cancel(Request request, UUID operationId, LoadedEnrollment loaded) {
    Optional<RunningSaga> saga =
        loaded.saga().filter(s -> s.operationId().filter(operationId::equals).isPresent());
    // A patient who has withdrawn is not pending any more, though the saga still gives back.
    if (saga.isEmpty() || !(loaded.history().state() instanceof Pending)) {
      return new Outcome.Refused(
          new Refusal(
              Reason.OPERATION_DONE,
              "the operation is done; cancelling changes nothing any more",
              Map.of("operation", "operations/" + operationId)));
    }
    Instant now = clock.instant().truncatedTo(ChronoUnit.MICROS);
    SagaTurns turns = new SagaTurns(loaded.history(), saga, now);
    turns.take(new SagaInput.Stop(RejectionReason.CANCELLED), request.origin());
    List<Caused> changes = turns.changes();
    if (!changes.isEmpty()) {
      model.commit(changes, now);
    }
    return new Outcome.Answered(Answer.NOTHING);
  }
}
