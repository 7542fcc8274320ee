package org.accrual.core.grpc;

import static org.accrual.api.enrollment.v1.OffStudyCause.OFF_STUDY_CAUSE_ADVERSE_EVENT;
import static org.accrual.api.enrollment.v1.OffStudyCause.OFF_STUDY_CAUSE_COMPLETED;
import static org.accrual.api.enrollment.v1.OffStudyCause.OFF_STUDY_CAUSE_DEATH;
import static org.accrual.api.enrollment.v1.OffStudyCause.OFF_STUDY_CAUSE_LOST_TO_FOLLOW_UP;
import static org.accrual.api.enrollment.v1.OffStudyCause.OFF_STUDY_CAUSE_OTHER;
import static org.accrual.api.enrollment.v1.OffStudyCause.OFF_STUDY_CAUSE_PROTOCOL_DEVIATION;
import static org.accrual.api.enrollment.v1.OffStudyCause.OFF_STUDY_CAUSE_UNSPECIFIED;
import static org.accrual.api.enrollment.v1.OffStudyCause.OFF_STUDY_CAUSE_WITHDRAWAL;

import java.util.Objects;
import org.accrual.api.enrollment.v1.Enrollment;
import org.accrual.contract.ConsistencyToken;
import org.accrual.contract.EnrollmentStatus;
import org.accrual.core.application.EnrollmentHistory;
import org.accrual.core.application.Recorded;
import org.accrual.core.domain.enrollment.Consent;
import org.accrual.core.domain.enrollment.Eligibility;
import org.accrual.core.domain.enrollment.OffStudyCause;
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
    EnrollmentStatus status =
        StatusFold.fold(history.events().stream().map(Recorded::event).toList());
    Enrollment.Builder message =
        Enrollment.newBuilder()
            .setEnrollmentId(subject.enrollmentId().toString())
            .setStudyId(subject.studyId())
            .setSiteId(subject.siteId())
            .setPatientId(subject.patientId())
            .setState(status.state())
            .setVersion(history.version())
            .setReason(Objects.requireNonNullElse(status.reason(), ""))
            .setEtag(Long.toString(history.version()));
    history.offStudyCause().map(EnrollmentMessages::cause).ifPresent(message::setOffStudyCause);
    history
        .confirmation()
        .ifPresent(
            confirmed ->
                message
                    .setKitId(confirmed.kitId())
                    .setRandomizationNumber(confirmed.randomizationNumber()));
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

  static OffStudyCause cause(org.accrual.api.enrollment.v1.OffStudyCause cause) {
    return switch (cause) {
      case OFF_STUDY_CAUSE_COMPLETED -> OffStudyCause.COMPLETED;
      case OFF_STUDY_CAUSE_WITHDRAWAL -> OffStudyCause.WITHDRAWAL;
      case OFF_STUDY_CAUSE_LOST_TO_FOLLOW_UP -> OffStudyCause.LOST_TO_FOLLOW_UP;
      case OFF_STUDY_CAUSE_ADVERSE_EVENT -> OffStudyCause.ADVERSE_EVENT;
      case OFF_STUDY_CAUSE_DEATH -> OffStudyCause.DEATH;
      case OFF_STUDY_CAUSE_PROTOCOL_DEVIATION -> OffStudyCause.PROTOCOL_DEVIATION;
      case OFF_STUDY_CAUSE_OTHER -> OffStudyCause.OTHER;
      case OFF_STUDY_CAUSE_UNSPECIFIED, UNRECOGNIZED -> OffStudyCause.UNSPECIFIED;
    };
  }

  private static org.accrual.api.enrollment.v1.OffStudyCause cause(OffStudyCause cause) {
    return switch (cause) {
      case COMPLETED -> OFF_STUDY_CAUSE_COMPLETED;
      case WITHDRAWAL -> OFF_STUDY_CAUSE_WITHDRAWAL;
      case LOST_TO_FOLLOW_UP -> OFF_STUDY_CAUSE_LOST_TO_FOLLOW_UP;
      case ADVERSE_EVENT -> OFF_STUDY_CAUSE_ADVERSE_EVENT;
      case DEATH -> OFF_STUDY_CAUSE_DEATH;
      case PROTOCOL_DEVIATION -> OFF_STUDY_CAUSE_PROTOCOL_DEVIATION;
      case OTHER -> OFF_STUDY_CAUSE_OTHER;
      case UNSPECIFIED -> OFF_STUDY_CAUSE_UNSPECIFIED;
    };
  }
}
