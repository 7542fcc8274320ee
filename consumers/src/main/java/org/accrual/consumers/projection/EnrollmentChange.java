package org.accrual.consumers.projection;

import static org.accrual.api.enrollment.v1.EnrollmentState.ENROLLMENT_STATE_ELIGIBLE;
import static org.accrual.api.enrollment.v1.EnrollmentState.ENROLLMENT_STATE_INELIGIBLE;
import static org.accrual.api.enrollment.v1.EnrollmentState.ENROLLMENT_STATE_NOT_REGISTERED;
import static org.accrual.api.enrollment.v1.EnrollmentState.ENROLLMENT_STATE_OFF_STUDY;
import static org.accrual.api.enrollment.v1.EnrollmentState.ENROLLMENT_STATE_ON_STUDY;
import static org.accrual.api.enrollment.v1.EnrollmentState.ENROLLMENT_STATE_PENDING_ON_STUDY;
import static org.accrual.api.enrollment.v1.EnrollmentState.ENROLLMENT_STATE_SCREENING;
import static org.accrual.api.enrollment.v1.EnrollmentState.ENROLLMENT_STATE_WITHDRAWN;

import java.time.Instant;
import org.accrual.api.enrollment.v1.EnrollmentState;
import org.accrual.event.enrollment.ConsentRecorded;
import org.accrual.event.enrollment.EligibilityRecorded;
import org.accrual.event.enrollment.EnrollmentConfirmed;
import org.accrual.event.enrollment.EnrollmentRejected;
import org.accrual.event.enrollment.EnrollmentRequested;
import org.accrual.event.enrollment.PatientScreened;
import org.accrual.event.enrollment.PatientWithdrawn;
import org.accrual.intake.Message;
import org.jspecify.annotations.Nullable;

/**
 * What one or more successive events change of an enrollment. What is null stays as it was, except
 * the reason, which goes with the state.
 */
record EnrollmentChange(
    Subject subject,
    @Nullable EnrollmentState state,
    @Nullable String reason,
    @Nullable Instant screenedAt,
    @Nullable Instant requestedAt,
    @Nullable Instant confirmedAt,
    long version,
    Instant updatedAt)
    implements Change {

  /** Whose enrollment it is; the same in all its events. */
  record Subject(String enrollmentId, String studyId, String siteId, String patientId) {}

  static EnrollmentChange screened(Message message, PatientScreened e) {
    return new EnrollmentChange(
        new Subject(e.getEnrollmentId(), e.getStudyId(), e.getSiteId(), e.getPatientId()),
        ENROLLMENT_STATE_SCREENING,
        null,
        message.time(),
        null,
        null,
        message.version(),
        message.time());
  }

  static EnrollmentChange consented(Message message, ConsentRecorded e) {
    return to(
        null,
        null,
        message,
        new Subject(e.getEnrollmentId(), e.getStudyId(), e.getSiteId(), e.getPatientId()));
  }

  static EnrollmentChange assessed(Message message, EligibilityRecorded e) {
    return to(
        e.getEligible() ? ENROLLMENT_STATE_ELIGIBLE : ENROLLMENT_STATE_INELIGIBLE,
        null,
        message,
        new Subject(e.getEnrollmentId(), e.getStudyId(), e.getSiteId(), e.getPatientId()));
  }

  static EnrollmentChange requested(Message message, EnrollmentRequested e) {
    return new EnrollmentChange(
        new Subject(e.getEnrollmentId(), e.getStudyId(), e.getSiteId(), e.getPatientId()),
        ENROLLMENT_STATE_PENDING_ON_STUDY,
        null,
        null,
        message.time(),
        null,
        message.version(),
        message.time());
  }

  static EnrollmentChange confirmed(Message message, EnrollmentConfirmed e) {
    return new EnrollmentChange(
        new Subject(e.getEnrollmentId(), e.getStudyId(), e.getSiteId(), e.getPatientId()),
        ENROLLMENT_STATE_ON_STUDY,
        null,
        null,
        null,
        message.time(),
        message.version(),
        message.time());
  }

  static EnrollmentChange rejected(Message message, EnrollmentRejected e) {
    return to(
        e.getFinal$() ? ENROLLMENT_STATE_NOT_REGISTERED : ENROLLMENT_STATE_ELIGIBLE,
        e.getReason(),
        message,
        new Subject(e.getEnrollmentId(), e.getStudyId(), e.getSiteId(), e.getPatientId()));
  }

  static EnrollmentChange withdrawn(Message message, PatientWithdrawn e) {
    return to(
        e.getRegistered() ? ENROLLMENT_STATE_OFF_STUDY : ENROLLMENT_STATE_WITHDRAWN,
        e.getReason(),
        message,
        new Subject(e.getEnrollmentId(), e.getStudyId(), e.getSiteId(), e.getPatientId()));
  }

  /** This change and then a later one of the same enrollment, as one. */
  EnrollmentChange then(EnrollmentChange later) {
    return new EnrollmentChange(
        subject,
        later.state == null ? state : later.state,
        later.state == null ? reason : later.reason,
        later.screenedAt == null ? screenedAt : later.screenedAt,
        later.requestedAt == null ? requestedAt : later.requestedAt,
        later.confirmedAt == null ? confirmedAt : later.confirmedAt,
        later.version,
        later.updatedAt);
  }

  private static EnrollmentChange to(
      @Nullable EnrollmentState state, @Nullable String reason, Message message, Subject subject) {
    return new EnrollmentChange(
        subject, state, reason, null, null, null, message.version(), message.time());
  }
}
