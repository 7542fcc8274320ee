package org.accrual.consumers.analytics;

import static org.accrual.api.enrollment.v1.EnrollmentState.ENROLLMENT_STATE_ELIGIBLE;
import static org.accrual.api.enrollment.v1.EnrollmentState.ENROLLMENT_STATE_FOLLOW_UP;
import static org.accrual.api.enrollment.v1.EnrollmentState.ENROLLMENT_STATE_INELIGIBLE;
import static org.accrual.api.enrollment.v1.EnrollmentState.ENROLLMENT_STATE_NOT_REGISTERED;
import static org.accrual.api.enrollment.v1.EnrollmentState.ENROLLMENT_STATE_OFF_STUDY;
import static org.accrual.api.enrollment.v1.EnrollmentState.ENROLLMENT_STATE_ON_STUDY;
import static org.accrual.api.enrollment.v1.EnrollmentState.ENROLLMENT_STATE_PENDING_ON_STUDY;
import static org.accrual.api.enrollment.v1.EnrollmentState.ENROLLMENT_STATE_SCREENING;
import static org.accrual.api.enrollment.v1.EnrollmentState.ENROLLMENT_STATE_WITHDRAWN;

import java.time.Instant;
import org.accrual.api.enrollment.v1.EnrollmentState;
import org.accrual.event.enrollment.CompensationStarted;
import org.accrual.event.enrollment.ConsentRecorded;
import org.accrual.event.enrollment.EligibilityCorrected;
import org.accrual.event.enrollment.EligibilityRecorded;
import org.accrual.event.enrollment.EnrollmentConfirmed;
import org.accrual.event.enrollment.EnrollmentRejected;
import org.accrual.event.enrollment.EnrollmentRequested;
import org.accrual.event.enrollment.FollowUpStarted;
import org.accrual.event.enrollment.KitAllocated;
import org.accrual.event.enrollment.PatientScreened;
import org.accrual.event.enrollment.PatientWithdrawn;
import org.accrual.event.enrollment.Randomized;
import org.accrual.event.enrollment.SlotReserved;
import org.accrual.event.enrollment.TakenOffStudy;
import org.accrual.event.enrollment.Unblinded;
import org.accrual.event.enrollment.WithdrawalReversed;
import org.accrual.intake.Message;
import org.jspecify.annotations.Nullable;

/**
 * A row of {@code analytics.enrollment}: where an enrollment stands, and when it got to each stage
 * of the funnel.
 *
 * @param withdrawnFrom the state before a withdrawal, for its reversal
 * @param eligibleAt null if it was never, or was found not to be after all
 * @param requestedAt of the first request
 * @param leftAt null while it goes on
 */
record FunnelRow(
    String enrollmentId,
    String studyId,
    String siteId,
    EnrollmentState state,
    @Nullable EnrollmentState withdrawnFrom,
    Instant screenedAt,
    @Nullable Instant eligibleAt,
    @Nullable Instant requestedAt,
    @Nullable Instant accruedAt,
    @Nullable Instant leftAt,
    long version) {

  /**
   * The row after one more event. Every type of the enrollment topic is mapped.
   *
   * @param before null if there is no row yet
   * @throws IllegalStateException if the stream does not begin with a screening, or the type is not
   *     mapped: a fault of the writer or ours, and nothing is guessed
   */
  static FunnelRow after(@Nullable FunnelRow before, Message message) {
    Instant time = message.time();
    if (message.body() instanceof PatientScreened e) {
      return new FunnelRow(
          e.getEnrollmentId(),
          e.getStudyId(),
          e.getSiteId(),
          ENROLLMENT_STATE_SCREENING,
          null,
          time,
          null,
          null,
          null,
          null,
          message.version());
    }
    if (before == null) {
      throw broken("an enrollment that does not begin with a screening", message);
    }
    FunnelRow row = before.at(message.version());
    return switch (message.body()) {
      case EligibilityRecorded e -> row.assessed(e.getEligible(), time);
      // A registered patient stays where the patient is.
      case EligibilityCorrected e ->
          row.accruedAt == null ? row.assessed(e.getEligible(), time) : row;
      case EnrollmentRequested _ -> row.requested(time);
      case EnrollmentConfirmed _ -> row.accrued(time);
      case EnrollmentRejected e ->
          row.to(e.getFinal$() ? ENROLLMENT_STATE_NOT_REGISTERED : ENROLLMENT_STATE_ELIGIBLE);
      // Of a registered patient, TakenOffStudy follows and says so.
      case PatientWithdrawn e ->
          e.getRegistered() ? row : row.left(ENROLLMENT_STATE_WITHDRAWN, row.state, time);
      case WithdrawalReversed _ -> row.reversed(message);
      case FollowUpStarted _ -> row.to(ENROLLMENT_STATE_FOLLOW_UP);
      case TakenOffStudy _ -> row.left(ENROLLMENT_STATE_OFF_STUDY, null, time);
      case ConsentRecorded _,
          SlotReserved _,
          Randomized _,
          KitAllocated _,
          CompensationStarted _,
          Unblinded _ ->
          row;
      default -> throw broken("a type that analytics has no mapping for", message);
    };
  }

  private FunnelRow at(long newVersion) {
    return with(state, withdrawnFrom, eligibleAt, requestedAt, accruedAt, leftAt, newVersion);
  }

  private FunnelRow to(EnrollmentState next) {
    return with(next, null, eligibleAt, requestedAt, accruedAt, leftAt, version);
  }

  private FunnelRow assessed(boolean eligible, Instant time) {
    return with(
        eligible ? ENROLLMENT_STATE_ELIGIBLE : ENROLLMENT_STATE_INELIGIBLE,
        null,
        eligible ? time : null,
        requestedAt,
        accruedAt,
        leftAt,
        version);
  }

  private FunnelRow requested(Instant time) {
    Instant first = requestedAt == null ? time : requestedAt;
    return with(
        ENROLLMENT_STATE_PENDING_ON_STUDY, null, eligibleAt, first, accruedAt, leftAt, version);
  }

  private FunnelRow accrued(Instant time) {
    return with(ENROLLMENT_STATE_ON_STUDY, null, eligibleAt, requestedAt, time, leftAt, version);
  }

  private FunnelRow left(EnrollmentState next, @Nullable EnrollmentState from, Instant time) {
    return with(next, from, eligibleAt, requestedAt, accruedAt, time, version);
  }

  private FunnelRow reversed(Message message) {
    if (withdrawnFrom == null) {
      throw broken("a reversal of no withdrawal", message);
    }
    return with(withdrawnFrom, null, eligibleAt, requestedAt, accruedAt, null, version);
  }

  private FunnelRow with(
      EnrollmentState newState,
      @Nullable EnrollmentState newWithdrawnFrom,
      @Nullable Instant newEligibleAt,
      @Nullable Instant newRequestedAt,
      @Nullable Instant newAccruedAt,
      @Nullable Instant newLeftAt,
      long newVersion) {
    return new FunnelRow(
        enrollmentId,
        studyId,
        siteId,
        newState,
        newWithdrawnFrom,
        screenedAt,
        newEligibleAt,
        newRequestedAt,
        newAccruedAt,
        newLeftAt,
        newVersion);
  }

  private static IllegalStateException broken(String what, Message message) {
    return new IllegalStateException(
        "%s: %s version %d, %s at %s"
            .formatted(
                what, message.stream(), message.version(), message.type(), message.position()));
  }
}
