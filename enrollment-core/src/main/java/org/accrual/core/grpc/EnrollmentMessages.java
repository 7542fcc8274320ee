package org.accrual.core.grpc;

import org.accrual.api.enrollment.v1.Enrollment;
import org.accrual.api.enrollment.v1.EnrollmentState;
import org.accrual.contract.ConsistencyToken;
import org.accrual.core.application.EnrollmentHistory;
import org.accrual.core.domain.enrollment.Consent;
import org.accrual.core.domain.enrollment.Eligibility;
import org.accrual.core.domain.enrollment.EnrollmentPhase;
import org.accrual.core.domain.enrollment.Subject;

/** Enrollments and what is recorded about them, to and from their messages. */
final class EnrollmentMessages {
  private EnrollmentMessages() {}

  static Consent consent(org.accrual.api.enrollment.v1.Consent consent) {
    return new Consent(
        consent.getVersion(), Timestamps.read("consent.signed_at", consent.getSignedAt()));
  }

  static Eligibility eligibility(org.accrual.api.enrollment.v1.Eligibility eligibility) {
    return new Eligibility(
        eligibility.getEligible(), eligibility.getCriteriaVersion(), eligibility.getStrataMap());
  }

  /** An enrollment that has at least one event. */
  static Enrollment enrollment(EnrollmentHistory history) {
    Subject subject = history.subject();
    Enrollment.Builder message =
        Enrollment.newBuilder()
            .setEnrollmentId(subject.enrollmentId().toString())
            .setStudyId(subject.studyId())
            .setSiteId(subject.siteId())
            .setPatientId(subject.patientId())
            .setState(state(EnrollmentPhase.of(history.state())))
            .setVersion(history.version())
            .setReason(history.reason())
            .setEtag(Long.toString(history.version()));
    history.screenedAt().map(Timestamps::of).ifPresent(message::setScreenTime);
    history.requestedAt().map(Timestamps::of).ifPresent(message::setRequestTime);
    history.confirmedAt().map(Timestamps::of).ifPresent(message::setConfirmTime);
    history.updatedAt().map(Timestamps::of).ifPresent(message::setUpdateTime);
    return message.build();
  }

  static String token(EnrollmentHistory history) {
    return token(history.subject(), history.version());
  }

  static String token(Subject subject, long version) {
    return new ConsistencyToken("enrollment", subject.enrollmentId().toString(), version).encoded();
  }

  private static EnrollmentState state(EnrollmentPhase phase) {
    return switch (phase) {
      case CANDIDATE -> EnrollmentState.ENROLLMENT_STATE_CANDIDATE;
      case SCREENING -> EnrollmentState.ENROLLMENT_STATE_SCREENING;
      case ELIGIBLE -> EnrollmentState.ENROLLMENT_STATE_ELIGIBLE;
      case INELIGIBLE -> EnrollmentState.ENROLLMENT_STATE_INELIGIBLE;
      case PENDING_ON_STUDY -> EnrollmentState.ENROLLMENT_STATE_PENDING_ON_STUDY;
      case ON_STUDY -> EnrollmentState.ENROLLMENT_STATE_ON_STUDY;
      case FOLLOW_UP -> EnrollmentState.ENROLLMENT_STATE_FOLLOW_UP;
      case OFF_STUDY -> EnrollmentState.ENROLLMENT_STATE_OFF_STUDY;
      case WITHDRAWN -> EnrollmentState.ENROLLMENT_STATE_WITHDRAWN;
      case NOT_REGISTERED -> EnrollmentState.ENROLLMENT_STATE_NOT_REGISTERED;
    };
  }
}
