package org.accrual.consumers.projection;

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
 * A row of {@code projection.enrollment}: the fold of the enrollment's events.
 *
 * @param withdrawnFrom the state before a withdrawal, for its reversal
 * @param reasonBefore the reason before a withdrawal, for its reversal
 * @param offStudyCause null before the time on study ended
 * @param kitId null before the enrollment was confirmed
 */
record EnrollmentRow(
    String enrollmentId,
    String studyId,
    String siteId,
    String patientId,
    EnrollmentState state,
    @Nullable EnrollmentState withdrawnFrom,
    @Nullable String reasonBefore,
    @Nullable String reason,
    @Nullable String offStudyCause,
    @Nullable String kitId,
    Instant screenedAt,
    @Nullable Instant requestedAt,
    @Nullable Instant confirmedAt,
    long version,
    Instant updatedAt) {

  /**
   * The row after one more event. Every type of the enrollment topic is mapped.
   *
   * @param before null if there is no row yet
   */
  static EnrollmentRow after(@Nullable EnrollmentRow before, Message message) {
    if (message.body() instanceof PatientScreened e) {
      return screened(e, message);
    }
    if (before == null) {
      throw BrokenStream.withoutBeginning(message);
    }
    EnrollmentRow row = before.at(message);
    return switch (message.body()) {
      case EligibilityRecorded e -> row.assessed(e.getEligible());
      case EligibilityCorrected e -> row.assessed(e.getEligible());
      case EnrollmentRequested _ -> row.requested(message.time());
      case EnrollmentConfirmed e -> row.confirmed(e.getKitId(), message.time());
      case EnrollmentRejected e ->
          row.to(
              e.getFinal$() ? ENROLLMENT_STATE_NOT_REGISTERED : ENROLLMENT_STATE_ELIGIBLE,
              e.getReason());
      // Of a registered patient, TakenOffStudy follows and says so.
      case PatientWithdrawn e ->
          e.getRegistered() ? row : row.withdrawn(ENROLLMENT_STATE_WITHDRAWN, e.getReason());
      case WithdrawalReversed _ -> row.reversed(message);
      case FollowUpStarted _ -> row.to(ENROLLMENT_STATE_FOLLOW_UP, null);
      case TakenOffStudy e -> row.off(e.getCause(), e.getReason());
      case ConsentRecorded _,
          SlotReserved _,
          Randomized _,
          KitAllocated _,
          CompensationStarted _,
          Unblinded _ ->
          row;
      default -> throw BrokenStream.unmapped(message);
    };
  }

  private static EnrollmentRow screened(PatientScreened e, Message message) {
    return new EnrollmentRow(
        e.getEnrollmentId(),
        e.getStudyId(),
        e.getSiteId(),
        e.getPatientId(),
        ENROLLMENT_STATE_SCREENING,
        null,
        null,
        null,
        null,
        null,
        message.time(),
        null,
        null,
        message.version(),
        message.time());
  }

  private EnrollmentRow at(Message message) {
    return with(
        state,
        withdrawnFrom,
        reasonBefore,
        reason,
        requestedAt,
        confirmedAt,
        message.version(),
        message.time());
  }

  private EnrollmentRow to(EnrollmentState next, @Nullable String why) {
    return with(next, null, null, why, requestedAt, confirmedAt, version, updatedAt);
  }

  private EnrollmentRow assessed(boolean eligible) {
    return to(eligible ? ENROLLMENT_STATE_ELIGIBLE : ENROLLMENT_STATE_INELIGIBLE, null);
  }

  private EnrollmentRow requested(Instant time) {
    return with(
        ENROLLMENT_STATE_PENDING_ON_STUDY, null, null, null, time, confirmedAt, version, updatedAt);
  }

  private EnrollmentRow confirmed(String kit, Instant time) {
    return new EnrollmentRow(
        enrollmentId,
        studyId,
        siteId,
        patientId,
        ENROLLMENT_STATE_ON_STUDY,
        null,
        null,
        null,
        offStudyCause,
        kit,
        screenedAt,
        requestedAt,
        time,
        version,
        updatedAt);
  }

  private EnrollmentRow withdrawn(EnrollmentState next, String why) {
    return with(next, state, reason, why, requestedAt, confirmedAt, version, updatedAt);
  }

  private EnrollmentRow off(String cause, String why) {
    EnrollmentRow off = to(ENROLLMENT_STATE_OFF_STUDY, why);
    return new EnrollmentRow(
        enrollmentId,
        studyId,
        siteId,
        patientId,
        off.state,
        null,
        null,
        off.reason,
        cause,
        kitId,
        screenedAt,
        requestedAt,
        confirmedAt,
        version,
        updatedAt);
  }

  private EnrollmentRow reversed(Message message) {
    if (withdrawnFrom == null) {
      throw BrokenStream.withoutBeginning(message);
    }
    return to(withdrawnFrom, reasonBefore);
  }

  private EnrollmentRow with(
      EnrollmentState newState,
      @Nullable EnrollmentState newWithdrawnFrom,
      @Nullable String newReasonBefore,
      @Nullable String newReason,
      @Nullable Instant newRequestedAt,
      @Nullable Instant newConfirmedAt,
      long newVersion,
      Instant newUpdatedAt) {
    return new EnrollmentRow(
        enrollmentId,
        studyId,
        siteId,
        patientId,
        newState,
        newWithdrawnFrom,
        newReasonBefore,
        newReason,
        offStudyCause,
        kitId,
        screenedAt,
        newRequestedAt,
        newConfirmedAt,
        newVersion,
        newUpdatedAt);
  }
}
