package org.accrual.core.domain.enrollment;

import java.util.Optional;

/** What may be asked of an enrollment. Who asks is what the caller asserted. */
public sealed interface EnrollmentCommand {

  record Screen(Subject subject, String screenedBy) implements EnrollmentCommand {}

  record RecordConsent(Consent consent, String recordedBy) implements EnrollmentCommand {}

  record RecordEligibility(Eligibility eligibility, String assessedBy)
      implements EnrollmentCommand {}

  /**
   * All that is still missing, and the request to enroll, in one.
   *
   * @param consent empty if it was recorded before
   * @param eligibility empty if it was recorded before
   */
  record Enroll(
      Subject subject,
      String enrolledBy,
      Optional<Consent> consent,
      Optional<Eligibility> eligibility)
      implements EnrollmentCommand {}

  /** Everything needed has been taken: the patient is on study. */
  record Confirm() implements EnrollmentCommand {}

  /**
   * Something needed could not be had.
   *
   * @param reason UPPER_SNAKE
   * @param isFinal whether asking again is pointless
   */
  record Reject(String reason, boolean isFinal) implements EnrollmentCommand {}

  record Withdraw(String reason, String withdrawnBy) implements EnrollmentCommand {}
}
