package org.accrual.core.domain.enrollment;

import java.util.Optional;

/** What may be asked of an enrollment. Who asks is what the caller asserted. */
public sealed interface EnrollmentCommand {

  record Screen(Subject subject, String screenedBy) implements EnrollmentCommand {}

  /**
   * Asks an attempt that has ended for the next one.
   *
   * @param next the next attempt
   */
  record Rescreen(Subject next, String screenedBy) implements EnrollmentCommand {}

  record RecordConsent(Consent consent, String recordedBy) implements EnrollmentCommand {}

  record RecordEligibility(Eligibility eligibility, String assessedBy)
      implements EnrollmentCommand {}

  record CorrectEligibility(Eligibility eligibility, String reason, String correctedBy)
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

  record Withdraw(String reason, String withdrawnBy) implements EnrollmentCommand {}

  record ReverseWithdrawal(String reason, String reversedBy) implements EnrollmentCommand {}

  record StartFollowUp(String recordedBy) implements EnrollmentCommand {}

  record TakeOffStudy(OffStudyCause cause, String reason, String recordedBy)
      implements EnrollmentCommand {}

  record Unblind(String reason, String unblindedBy) implements EnrollmentCommand {}
}
