package org.accrual.core.domain.enrollment;

import java.util.Optional;
import java.util.UUID;

/** What happened to an enrollment. Pseudonymous ids only. */
public sealed interface EnrollmentEvent {
  Subject subject();

  /**
   * Screening began.
   *
   * @param attempt 1 for the patient's first in this study
   * @param previous the attempt before this one
   */
  record PatientScreened(Subject subject, int attempt, Optional<UUID> previous, String screenedBy)
      implements EnrollmentEvent {}

  record ConsentRecorded(Subject subject, Consent consent, String recordedBy)
      implements EnrollmentEvent {}

  record EligibilityRecorded(Subject subject, Eligibility eligibility, String assessedBy)
      implements EnrollmentEvent {}

  record EnrollmentRequested(Subject subject, String enrolledBy) implements EnrollmentEvent {}

  record EnrollmentConfirmed(Subject subject) implements EnrollmentEvent {}

  record EnrollmentRejected(Subject subject, String reason, boolean isFinal)
      implements EnrollmentEvent {}

  /**
   * The patient withdrew, or was withdrawn.
   *
   * @param registered whether the patient was on study before
   */
  record PatientWithdrawn(Subject subject, String reason, String withdrawnBy, boolean registered)
      implements EnrollmentEvent {}
}
