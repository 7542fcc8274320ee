package org.accrual.core.domain.enrollment;

/**
 * Where an enrollment stands (FHIR ResearchSubject). The fold of its events, see {@link
 * EnrollmentFold}.
 */
public sealed interface EnrollmentState {

  /** Nothing has been recorded. */
  record Candidate() implements EnrollmentState {}

  /** An enrollment that exists. */
  sealed interface Started extends EnrollmentState {
    Subject subject();
  }

  /** On the way to a request, with nothing under way: what a withdrawal may be taken back to. */
  sealed interface Open extends Started {}

  /** Being screened; consent is missing. */
  record Screening(Subject subject) implements Open {}

  /** Being screened; consent is given. */
  record Consented(Subject subject, Consent consent) implements Open {}

  /**
   * May be enrolled.
   *
   * @param requests how many requests have come to nothing
   */
  record Eligible(Subject subject, Consent consent, Eligibility eligibility, int requests)
      implements Open {}

  /** Found not eligible; this attempt has ended, unless that is corrected. */
  record Ineligible(Subject subject, Consent consent, Eligibility eligibility, int requests)
      implements Started {}

  /** Enrollment requested: the saga runs. */
  sealed interface Pending extends Started {
    Consent consent();

    Eligibility eligibility();

    /** Which request, 1 for the first. */
    int attempt();
  }

  /**
   * The saga is on its way to a confirmation.
   *
   * @param randomizationNumber empty before the patient is randomized
   */
  record PendingOnStudy(
      Subject subject,
      Consent consent,
      Eligibility eligibility,
      int attempt,
      Progress progress,
      String randomizationNumber)
      implements Pending {}

  /** The saga is on its way to a rejection. */
  record Compensating(
      Subject subject,
      Consent consent,
      Eligibility eligibility,
      int attempt,
      String reason,
      boolean isFinal)
      implements Pending {}

  /** What the saga has for the patient so far. */
  enum Progress {
    REQUESTED,
    SLOT_RESERVED,
    RANDOMIZED,
    KIT_ALLOCATED
  }

  /** Has an arm. */
  sealed interface Registered extends Started {
    /** The request that was confirmed. */
    int attempt();
  }

  /** Registered and in treatment. */
  record OnStudy(Subject subject, int attempt) implements Registered {}

  /** Treatment has ended. */
  record FollowUp(Subject subject, int attempt) implements Registered {}

  /** Left the study after registration. */
  record OffStudy(Subject subject, int attempt) implements Registered {}

  /** Withdrew before registration; {@code before} is where it stood. */
  record Withdrawn(Open before) implements Started {
    @Override
    public Subject subject() {
      return before.subject();
    }
  }

  /** Registration was refused for good. */
  record NotRegistered(Subject subject) implements Started {}

  static EnrollmentState initial() {
    return new Candidate();
  }

  /** The state after one more event, which was decided on this state. */
  default EnrollmentState apply(EnrollmentEvent event) {
    return EnrollmentFold.apply(this, event);
  }
}
