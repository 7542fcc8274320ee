package org.accrual.consumers.projection;

import java.time.Instant;
import org.accrual.api.enrollment.v1.EnrollmentState;
import org.accrual.event.enrollment.CompensationStarted;
import org.accrual.event.enrollment.EligibilityCorrected;
import org.accrual.event.enrollment.EnrollmentRejected;
import org.accrual.event.enrollment.PatientWithdrawn;
import org.accrual.event.enrollment.TakenOffStudy;
import org.accrual.event.enrollment.Unblinded;
import org.accrual.event.enrollment.WithdrawalReversed;
import org.accrual.intake.Message;
import org.apache.avro.specific.SpecificRecord;
import org.jspecify.annotations.Nullable;

/** A row of {@code projection.enrollment_history}: an event and where it led. */
record HistoryRow(
    String enrollmentId,
    long version,
    String eventType,
    EnrollmentState state,
    @Nullable String reason,
    Instant recordedAt) {

  static HistoryRow of(Message message, EnrollmentRow after) {
    return new HistoryRow(
        after.enrollmentId(),
        message.version(),
        message.type(),
        after.status().state(),
        reason(message.body()),
        message.time());
  }

  /** Returns this row with the state after an event of the same version: one row per version. */
  HistoryRow endingIn(HistoryRow last) {
    return new HistoryRow(
        enrollmentId, version, eventType, last.state, last.reason, last.recordedAt);
  }

  private static @Nullable String reason(SpecificRecord event) {
    return switch (event) {
      case CompensationStarted e -> e.getReason();
      case EnrollmentRejected e -> e.getReason();
      case EligibilityCorrected e -> e.getReason();
      case PatientWithdrawn e -> e.getReason();
      case WithdrawalReversed e -> e.getReason();
      case TakenOffStudy e -> e.getReason();
      case Unblinded e -> e.getReason();
      default -> null;
    };
  }
}
