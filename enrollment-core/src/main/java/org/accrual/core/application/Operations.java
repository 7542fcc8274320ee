package org.accrual.core.application;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.accrual.core.application.Operation.Stage;
import org.accrual.core.application.Operation.StageTime;
import org.accrual.core.domain.enrollment.EnrollmentEvent;
import org.accrual.core.domain.enrollment.EnrollmentEvent.ConsentRecorded;
import org.accrual.core.domain.enrollment.EnrollmentEvent.EligibilityRecorded;
import org.accrual.core.domain.enrollment.EnrollmentEvent.EnrollmentConfirmed;
import org.accrual.core.domain.enrollment.EnrollmentEvent.EnrollmentRejected;
import org.accrual.core.domain.enrollment.EnrollmentEvent.EnrollmentRequested;
import org.accrual.core.domain.enrollment.EnrollmentEvent.PatientScreened;
import org.accrual.core.domain.enrollment.EnrollmentEvent.PatientWithdrawn;

/** Reads an operation off the stream of its enrollment. */
final class Operations {
  private Operations() {}

  /** The operation of the newest request in {@code history}. */
  static Operation of(UUID operationId, Request request, EnrollmentHistory history) {
    List<StageTime> stages = new ArrayList<>();
    Optional<String> reason = Optional.empty();
    for (Recorded<EnrollmentEvent> recorded : history.events()) {
      switch (recorded.event()) {
        case EnrollmentRequested _ -> {
          stages.clear();
          stages.add(new StageTime(Stage.ACCEPTED, recorded.at()));
          reason = Optional.empty();
        }
        case EnrollmentConfirmed _ -> stages.add(new StageTime(Stage.CONFIRMED, recorded.at()));
        case EnrollmentRejected rejected -> {
          stages.add(new StageTime(Stage.REJECTED, recorded.at()));
          reason = Optional.of(rejected.reason());
        }
        case PatientScreened _, ConsentRecorded _, EligibilityRecorded _, PatientWithdrawn _ -> {}
      }
    }
    return new Operation(
        operationId,
        history.events().getFirst().event().subject(),
        stages,
        reason,
        history.version(),
        request.origin().correlationId());
  }
}
