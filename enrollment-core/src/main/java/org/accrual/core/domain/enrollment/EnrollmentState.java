package org.accrual.core.domain.enrollment;

import org.accrual.core.domain.enrollment.EnrollmentEvent.ConsentRecorded;
import org.accrual.core.domain.enrollment.EnrollmentEvent.EligibilityRecorded;
import org.accrual.core.domain.enrollment.EnrollmentEvent.EnrollmentConfirmed;
import org.accrual.core.domain.enrollment.EnrollmentEvent.EnrollmentRejected;
import org.accrual.core.domain.enrollment.EnrollmentEvent.EnrollmentRequested;
import org.accrual.core.domain.enrollment.EnrollmentEvent.PatientScreened;
import org.accrual.core.domain.enrollment.EnrollmentEvent.PatientWithdrawn;

/** Where an enrollment stands (FHIR ResearchSubject). The fold of its events. */
public sealed interface EnrollmentState {

  /** Nothing has been recorded. */
  record Candidate() implements EnrollmentState {}

  /** An enrollment that exists. */
  sealed interface Started extends EnrollmentState {
    Subject subject();
  }

  /** Being screened; consent is missing. */
  record Screening(Subject subject) implements Started {}

  /** Being screened; consent is given. */
  record Consented(Subject subject, Consent consent) implements Started {}

  /** May be enrolled. */
  record Eligible(Subject subject, Consent consent, Eligibility eligibility) implements Started {}

  /** Found not eligible; this attempt has ended. */
  record Ineligible(Subject subject) implements Started {}

  /** Enrollment requested, not yet confirmed or rejected. */
  record PendingOnStudy(Subject subject, Consent consent, Eligibility eligibility)
      implements Started {}

  /** Registered. */
  record OnStudy(Subject subject) implements Started {}

  /** Left the study after registration. */
  record OffStudy(Subject subject) implements Started {}

  /** Withdrew before registration. */
  record Withdrawn(Subject subject) implements Started {}

  /** Registration was refused for good. */
  record NotRegistered(Subject subject) implements Started {}

  static EnrollmentState initial() {
    return new Candidate();
  }

  /** The state after one more event, which was decided on this state. */
  default EnrollmentState apply(EnrollmentEvent event) {
    Subject subject = event.subject();
    return switch (event) {
      case PatientScreened _ -> new Screening(subject);
      case ConsentRecorded recorded -> withConsent(recorded);
      case EligibilityRecorded recorded -> withEligibility(recorded);
      case EnrollmentRequested _ when this instanceof Eligible before ->
          new PendingOnStudy(subject, before.consent(), before.eligibility());
      case EnrollmentConfirmed _ when this instanceof PendingOnStudy -> new OnStudy(subject);
      case EnrollmentRejected rejected when this instanceof PendingOnStudy before ->
          rejected.isFinal()
              ? new NotRegistered(subject)
              : new Eligible(subject, before.consent(), before.eligibility());
      case PatientWithdrawn withdrawn ->
          withdrawn.registered() ? new OffStudy(subject) : new Withdrawn(subject);
      case EnrollmentRequested _, EnrollmentConfirmed _, EnrollmentRejected _ ->
          throw impossible(event);
    };
  }

  private EnrollmentState withConsent(ConsentRecorded event) {
    return switch (this) {
      case Screening(Subject subject) -> new Consented(subject, event.consent());
      case Consented(Subject subject, _) -> new Consented(subject, event.consent());
      case Eligible(Subject subject, _, Eligibility eligibility) ->
          new Eligible(subject, event.consent(), eligibility);
      case Candidate _,
          Ineligible _,
          PendingOnStudy _,
          OnStudy _,
          OffStudy _,
          Withdrawn _,
          NotRegistered _ ->
          throw impossible(event);
    };
  }

  private EnrollmentState withEligibility(EligibilityRecorded event) {
    if (!(this instanceof Consented(Subject subject, Consent consent))) {
      throw impossible(event);
    }
    return event.eligibility().eligible()
        ? new Eligible(subject, consent, event.eligibility())
        : new Ineligible(subject);
  }

  private IllegalStateException impossible(EnrollmentEvent event) {
    return new IllegalStateException("%s after %s".formatted(event, this));
  }
}
