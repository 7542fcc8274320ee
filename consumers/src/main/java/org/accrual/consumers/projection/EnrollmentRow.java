package org.accrual.consumers.projection;

import java.time.Instant;
import org.accrual.contract.EnrollmentStatus;
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
 * @param offStudyCause null before the time on study ended
 * @param kitId null before the enrollment was confirmed
 * @param randomizationNumber null before the enrollment was confirmed
 */
record EnrollmentRow(
    String enrollmentId,
    String studyId,
    String siteId,
    String patientId,
    EnrollmentStatus status,
    @Nullable String offStudyCause,
    @Nullable String kitId,
    @Nullable String randomizationNumber,
    Instant screenedAt,
    @Nullable Instant requestedAt,
    @Nullable Instant confirmedAt,
    long version,
    Instant updatedAt) {

  /**
   * Returns the row after one more event. Every type of the enrollment topic is mapped.
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
    EnrollmentStatus status = before.status;
    return switch (message.body()) {
      case EligibilityRecorded e -> before.next(message, status.assessed(e.getEligible()));
      case EligibilityCorrected e -> before.next(message, status.corrected(e.getEligible()));
      case EnrollmentRequested _ -> before.requested(message);
      case EnrollmentConfirmed e -> before.confirmed(message, e);
      case EnrollmentRejected e ->
          before.next(message, status.rejected(e.getReason(), e.getFinal$()));
      case PatientWithdrawn e ->
          before.next(message, status.withdrawn(e.getReason(), e.getRegistered()));
      case WithdrawalReversed _ when status.beforeWithdrawal() == null ->
          throw BrokenStream.withoutBeginning(message);
      case WithdrawalReversed _ -> before.next(message, status.reversed());
      case FollowUpStarted _ -> before.next(message, status.followedUp());
      case TakenOffStudy e -> before.offStudy(message, e);
      case ConsentRecorded _,
          SlotReserved _,
          Randomized _,
          KitAllocated _,
          CompensationStarted _,
          Unblinded _ ->
          before.next(message, status);
      default -> throw BrokenStream.unmapped(message);
    };
  }

  private static EnrollmentRow screened(PatientScreened e, Message message) {
    return new EnrollmentRow(
        e.getEnrollmentId(),
        e.getStudyId(),
        e.getSiteId(),
        e.getPatientId(),
        EnrollmentStatus.screened(),
        null,
        null,
        null,
        message.time(),
        null,
        null,
        message.version(),
        message.time());
  }

  private EnrollmentRow requested(Message message) {
    return next(
        message,
        status.requested(),
        offStudyCause,
        kitId,
        randomizationNumber,
        message.time(),
        confirmedAt);
  }

  private EnrollmentRow confirmed(Message message, EnrollmentConfirmed e) {
    return next(
        message,
        status.confirmed(),
        offStudyCause,
        e.getKitId(),
        e.getRandomizationNumber(),
        requestedAt,
        message.time());
  }

  private EnrollmentRow offStudy(Message message, TakenOffStudy e) {
    return next(
        message,
        status.offStudy(e.getReason()),
        e.getCause(),
        kitId,
        randomizationNumber,
        requestedAt,
        confirmedAt);
  }

  private EnrollmentRow next(Message message, EnrollmentStatus newStatus) {
    return next(
        message, newStatus, offStudyCause, kitId, randomizationNumber, requestedAt, confirmedAt);
  }

  private EnrollmentRow next(
      Message message,
      EnrollmentStatus newStatus,
      @Nullable String newOffStudyCause,
      @Nullable String newKitId,
      @Nullable String newRandomizationNumber,
      @Nullable Instant newRequestedAt,
      @Nullable Instant newConfirmedAt) {
    return new EnrollmentRow(
        enrollmentId,
        studyId,
        siteId,
        patientId,
        newStatus,
        newOffStudyCause,
        newKitId,
        newRandomizationNumber,
        screenedAt,
        newRequestedAt,
        newConfirmedAt,
        message.version(),
        message.time());
  }
}
