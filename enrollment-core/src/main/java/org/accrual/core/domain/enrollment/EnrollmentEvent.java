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

  record EligibilityCorrected(
      Subject subject, Eligibility eligibility, String reason, String correctedBy)
      implements EnrollmentEvent {}

  /** The saga begins. */
  record EnrollmentRequested(Subject subject, String enrolledBy) implements EnrollmentEvent {}

  record SlotReserved(Subject subject) implements EnrollmentEvent {}

  /**
   * The patient has an allocation.
   *
   * @param allocationId independent of the arm
   * @param randomizationNumber the number that the site displays, independent of the arm
   */
  record Randomized(Subject subject, String allocationId, String randomizationNumber)
      implements EnrollmentEvent {}

  record KitAllocated(Subject subject, String kitId) implements EnrollmentEvent {}

  /**
   * The patient is on study: the point of no return.
   *
   * @param kitId the kit to hand over
   * @param randomizationNumber the number that the site displays
   */
  record EnrollmentConfirmed(Subject subject, String kitId, String randomizationNumber)
      implements EnrollmentEvent {}

  /**
   * What was taken is being given back; a rejection follows.
   *
   * @param reason UPPER_SNAKE
   * @param isFinal whether asking again is pointless
   */
  record CompensationStarted(Subject subject, String reason, boolean isFinal)
      implements EnrollmentEvent {}

  /** Nothing is taken any more. */
  record EnrollmentRejected(Subject subject, String reason, boolean isFinal)
      implements EnrollmentEvent {}

  /**
   * The patient withdrew, or was withdrawn.
   *
   * @param registered whether the patient was on study; if so, {@link TakenOffStudy} follows
   */
  record PatientWithdrawn(Subject subject, String reason, String withdrawnBy, boolean registered)
      implements EnrollmentEvent {}

  record WithdrawalReversed(Subject subject, String reason, String reversedBy)
      implements EnrollmentEvent {}

  record FollowUpStarted(Subject subject, String recordedBy) implements EnrollmentEvent {}

  record TakenOffStudy(Subject subject, OffStudyCause cause, String reason, String recordedBy)
      implements EnrollmentEvent {}

  record Unblinded(Subject subject, String reason, String unblindedBy) implements EnrollmentEvent {}
}
