package org.accrual.core.application;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.accrual.core.application.Operation.Stage;
import org.accrual.core.application.Operation.StageTime;
import org.accrual.core.domain.enrollment.EnrollmentEvent;
import org.accrual.core.domain.enrollment.EnrollmentEvent.CompensationStarted;
import org.accrual.core.domain.enrollment.EnrollmentEvent.EnrollmentRejected;

/** Reads an operation off the stream of its enrollment. */
final class Operations {
  private Operations() {}

  /** The operation of the request with which {@code history} ends. */
  static Operation requested(UUID operationId, Origin origin, EnrollmentHistory history) {
    return new Operation(
        operationId,
        history.subject(),
        List.of(new StageTime(Stage.ACCEPTED, history.requestedAt().orElseThrow())),
        Optional.empty(),
        history.version(),
        origin.correlationId(),
        Optional.empty());
  }

  /** What has come since a version; empty if there is nothing to say. */
  static Optional<OperationProgress> progress(
      UUID operationId, EnrollmentHistory history, long since) {
    List<StageTime> stages = new ArrayList<>();
    Optional<String> reason = Optional.empty();
    for (Recorded<EnrollmentEvent> recorded : history.since(since)) {
      stage(recorded.event()).ifPresent(s -> stages.add(new StageTime(s, recorded.at())));
      Optional<String> before = reason;
      reason = reason(recorded.event()).or(() -> before);
    }
    return stages.isEmpty()
        ? Optional.empty()
        : Optional.of(new OperationProgress(operationId, stages, reason, history.version()));
  }

  private static Optional<Stage> stage(EnrollmentEvent event) {
    return switch (event) {
      case EnrollmentEvent.EnrollmentRequested _ -> Optional.of(Stage.ACCEPTED);
      case EnrollmentEvent.SlotReserved _ -> Optional.of(Stage.SLOT_RESERVED);
      case EnrollmentEvent.Randomized _ -> Optional.of(Stage.RANDOMIZED);
      case EnrollmentEvent.KitAllocated _ -> Optional.of(Stage.KIT_ALLOCATED);
      case EnrollmentEvent.EnrollmentConfirmed _ -> Optional.of(Stage.CONFIRMED);
      case CompensationStarted _ -> Optional.of(Stage.COMPENSATING);
      case EnrollmentRejected _ -> Optional.of(Stage.REJECTED);
      case EnrollmentEvent.PatientScreened _,
          EnrollmentEvent.ConsentRecorded _,
          EnrollmentEvent.EligibilityRecorded _,
          EnrollmentEvent.EligibilityCorrected _,
          EnrollmentEvent.PatientWithdrawn _,
          EnrollmentEvent.WithdrawalReversed _,
          EnrollmentEvent.FollowUpStarted _,
          EnrollmentEvent.TakenOffStudy _,
          EnrollmentEvent.Unblinded _ ->
          Optional.empty();
    };
  }

  private static Optional<String> reason(EnrollmentEvent event) {
    return switch (event) {
      case CompensationStarted started -> Optional.of(started.reason());
      case EnrollmentRejected rejected -> Optional.of(rejected.reason());
      default -> Optional.empty();
    };
  }
}
