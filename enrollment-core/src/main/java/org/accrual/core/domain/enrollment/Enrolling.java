package org.accrual.core.domain.enrollment;

import java.time.Instant;
import org.accrual.core.domain.Decision;
import org.accrual.core.domain.Refusal.Reason;
import org.accrual.core.domain.enrollment.EnrollmentCommand.Enroll;
import org.accrual.core.domain.enrollment.EnrollmentCommand.RecordConsent;
import org.accrual.core.domain.enrollment.EnrollmentCommand.RecordEligibility;
import org.accrual.core.domain.enrollment.EnrollmentEvent.EnrollmentRequested;
import org.accrual.core.domain.enrollment.EnrollmentState.Candidate;
import org.accrual.core.domain.enrollment.EnrollmentState.Consented;
import org.accrual.core.domain.enrollment.EnrollmentState.Eligible;
import org.accrual.core.domain.enrollment.EnrollmentState.FollowUp;
import org.accrual.core.domain.enrollment.EnrollmentState.Ineligible;
import org.accrual.core.domain.enrollment.EnrollmentState.NotRegistered;
import org.accrual.core.domain.enrollment.EnrollmentState.OffStudy;
import org.accrual.core.domain.enrollment.EnrollmentState.OnStudy;
import org.accrual.core.domain.enrollment.EnrollmentState.Open;
import org.accrual.core.domain.enrollment.EnrollmentState.Pending;
import org.accrual.core.domain.enrollment.EnrollmentState.Screening;
import org.accrual.core.domain.enrollment.EnrollmentState.Started;
import org.accrual.core.domain.enrollment.EnrollmentState.Withdrawn;

/** All steps from a candidate to a request in one. */
final class Enrolling {
  private Enrolling() {}

  /** All steps that are still missing, in their order, then the request. */
  static Decision<EnrollmentEvent> enroll(
      Enroll command, EnrollmentState state, EnrollmentFacts facts, Instant now) {
    return Accrual.open(command.subject(), facts)
        .then(_ -> startIfCandidate(command, state, facts))
        .then(soFar -> consentIfNew(command, EnrollmentFold.fold(state, soFar), now))
        .then(soFar -> eligibilityIfNew(command, EnrollmentFold.fold(state, soFar), facts))
        .then(soFar -> request(command, EnrollmentFold.fold(state, soFar)));
  }

  private static Decision<EnrollmentEvent> startIfCandidate(
      Enroll command, EnrollmentState state, EnrollmentFacts facts) {
    return switch (state) {
      case Candidate _ -> Accrual.start(command.subject(), command.enrolledBy(), facts);
      case Started started ->
          started.subject().equals(command.subject())
              ? Decision.acceptNothing()
              : Accrual.alreadyEnrolled(started.subject(), command.subject());
    };
  }

  private static Decision<EnrollmentEvent> consentIfNew(
      Enroll command, EnrollmentState state, Instant now) {
    if (command.consent().isEmpty()) {
      return Decision.acceptNothing();
    }
    Consent given = command.consent().get();
    return switch (state) {
      case Consented(_, Consent recorded) when recorded.equals(given) -> Decision.acceptNothing();
      case Eligible(_, Consent recorded, _, _) when recorded.equals(given) ->
          Decision.acceptNothing();
      case Open open ->
          Assessment.consent(new RecordConsent(given, command.enrolledBy()), open, now);
      // Whether it may be enrolled at all is for the request to say.
      case Candidate _, Started _ -> Decision.acceptNothing();
    };
  }

  private static Decision<EnrollmentEvent> eligibilityIfNew(
      Enroll command, EnrollmentState state, EnrollmentFacts facts) {
    if (command.eligibility().isEmpty()) {
      return Decision.acceptNothing();
    }
    Eligibility given = command.eligibility().get();
    return switch (state) {
      // What ends the attempt is a call of its own: enrolling must not do it in passing.
      case Consented(Subject subject, _) when !given.eligible() -> notEligible(subject);
      case Consented consented ->
          Assessment.eligibility(
              new RecordEligibility(given, command.enrolledBy()), consented, facts);
      case Eligible(Subject subject, _, Eligibility recorded, _) when !recorded.equals(given) ->
          Assessment.alreadyAssessed(recorded, subject);
      case Candidate _, Started _ -> Decision.acceptNothing();
    };
  }

  private static Decision<EnrollmentEvent> request(Enroll command, EnrollmentState state) {
    Subject subject = command.subject();
    return switch (state) {
      case Candidate _, Screening _ -> Assessment.consentRequired(subject);
      case Consented _ ->
          EnrollmentDecider.refuse(
              Reason.ELIGIBILITY_REQUIRED,
              "eligibility has not been recorded and the request gives none",
              subject);
      case Eligible _ -> Decision.accept(new EnrollmentRequested(subject, command.enrolledBy()));
      case Pending _, OnStudy _, FollowUp _ -> Accrual.alreadyEnrolled(subject, subject);
      case Ineligible _ -> notEligible(subject);
      case OffStudy s -> EnrollmentDecider.notAllowed("enrolled", s);
      case Withdrawn s -> EnrollmentDecider.notAllowed("enrolled", s);
      case NotRegistered s -> EnrollmentDecider.notAllowed("enrolled", s);
    };
  }

  private static Decision<EnrollmentEvent> notEligible(Subject subject) {
    return EnrollmentDecider.refuse(
        Reason.PATIENT_NOT_ELIGIBLE, "the patient does not meet the criteria", subject);
  }
}
