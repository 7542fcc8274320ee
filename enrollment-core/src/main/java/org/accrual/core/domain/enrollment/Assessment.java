package org.accrual.core.domain.enrollment;

import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.accrual.core.domain.Decision;
import org.accrual.core.domain.Refusal.Reason;
import org.accrual.core.domain.enrollment.EnrollmentCommand.Enroll;
import org.accrual.core.domain.enrollment.EnrollmentCommand.RecordConsent;
import org.accrual.core.domain.enrollment.EnrollmentCommand.RecordEligibility;
import org.accrual.core.domain.enrollment.EnrollmentCommand.Screen;
import org.accrual.core.domain.enrollment.EnrollmentEvent.ConsentRecorded;
import org.accrual.core.domain.enrollment.EnrollmentEvent.EligibilityRecorded;
import org.accrual.core.domain.enrollment.EnrollmentEvent.EnrollmentRequested;
import org.accrual.core.domain.enrollment.EnrollmentEvent.PatientScreened;
import org.accrual.core.domain.enrollment.EnrollmentState.Candidate;
import org.accrual.core.domain.enrollment.EnrollmentState.Consented;
import org.accrual.core.domain.enrollment.EnrollmentState.Eligible;
import org.accrual.core.domain.enrollment.EnrollmentState.Ineligible;
import org.accrual.core.domain.enrollment.EnrollmentState.NotRegistered;
import org.accrual.core.domain.enrollment.EnrollmentState.OffStudy;
import org.accrual.core.domain.enrollment.EnrollmentState.OnStudy;
import org.accrual.core.domain.enrollment.EnrollmentState.PendingOnStudy;
import org.accrual.core.domain.enrollment.EnrollmentState.Screening;
import org.accrual.core.domain.enrollment.EnrollmentState.Started;
import org.accrual.core.domain.enrollment.EnrollmentState.Withdrawn;
import org.accrual.core.domain.site.SiteState;
import org.accrual.core.domain.study.StudyState;

/** The way from a candidate to a requested enrollment: screening, consent, eligibility, request. */
final class Assessment {
  private Assessment() {}

  /** All steps that are still missing, in their order, then the request. */
  static Decision<EnrollmentEvent> enroll(
      Enroll command, EnrollmentState state, EnrollmentFacts facts, Instant now) {
    return openToAccrual(command.subject(), facts)
        .then(_ -> startIfCandidate(command, state, facts))
        .then(soFar -> consentIfNew(command, EnrollmentDecider.fold(state, soFar), now))
        .then(soFar -> eligibilityIfNew(command, EnrollmentDecider.fold(state, soFar), facts))
        .then(soFar -> request(command, EnrollmentDecider.fold(state, soFar)));
  }

  static Decision<EnrollmentEvent> screen(
      Screen command, EnrollmentState state, EnrollmentFacts facts) {
    return switch (state) {
      case Started started -> alreadyEnrolled(started.subject());
      case Candidate _ ->
          openToAccrual(command.subject(), facts)
              .then(_ -> start(command.subject(), command.screenedBy(), facts.earlier()));
    };
  }

  static Decision<EnrollmentEvent> consent(RecordConsent command, Started state, Instant now) {
    if (command.consent().signedAt().isAfter(now)) {
      return EnrollmentDecider.refuse(
          Reason.CONSENT_IN_FUTURE,
          "consent was signed at %s, which is after now (%s)"
              .formatted(command.consent().signedAt(), now),
          state.subject());
    }
    return switch (state) {
      // A later form may be signed until enrollment is requested; the newest consent counts.
      case Screening _, Consented _, Eligible _ ->
          Decision.accept(
              new ConsentRecorded(state.subject(), command.consent(), command.recordedBy()));
      case Ineligible _, PendingOnStudy _, OnStudy _, OffStudy _, Withdrawn _, NotRegistered _ ->
          EnrollmentDecider.notAllowed("given a consent", state);
    };
  }

  static Decision<EnrollmentEvent> eligibility(
      RecordEligibility command, Started state, EnrollmentFacts facts) {
    Subject subject = state.subject();
    return switch (state) {
      case Screening _ -> consentRequired(subject);
      case Consented _ -> assessed(command, subject, facts);
      case Eligible(_, _, Eligibility recorded) -> alreadyAssessed(recorded, subject);
      case Ineligible _, PendingOnStudy _, OnStudy _, OffStudy _, Withdrawn _, NotRegistered _ ->
          EnrollmentDecider.notAllowed("assessed", state);
    };
  }

  private static Decision<EnrollmentEvent> openToAccrual(Subject subject, EnrollmentFacts facts) {
    String study = subject.studyId();
    String site = subject.siteId();
    return switch (facts.study()) {
      case StudyState.Unregistered _ ->
          EnrollmentDecider.refuse(
              Reason.STUDY_NOT_FOUND, "there is no study %s".formatted(study), subject);
      case StudyState.Active _ ->
          switch (facts.site()) {
            case SiteState.Active _ -> Decision.acceptNothing();
            case SiteState.Inactive _ ->
                EnrollmentDecider.refuse(
                    Reason.SITE_NOT_ACTIVE,
                    "site %s of study %s is not active".formatted(site, study),
                    subject);
            case SiteState.Unknown _ ->
                EnrollmentDecider.refuse(
                    Reason.SITE_NOT_FOUND,
                    "study %s has no site %s".formatted(study, site),
                    subject);
          };
      case StudyState.Registered _ ->
          EnrollmentDecider.refuse(
              Reason.STUDY_NOT_ACTIVE,
              "study %s does not accept patients now".formatted(study),
              subject);
    };
  }

  private static Decision<EnrollmentEvent> start(
      Subject subject, String screenedBy, EarlierAttempt earlier) {
    return switch (earlier) {
      case EarlierAttempt.None _ ->
          Decision.accept(new PatientScreened(subject, 1, Optional.empty(), screenedBy));
      case EarlierAttempt.Ended(UUID previous, int attempt) ->
          Decision.accept(
              new PatientScreened(subject, attempt + 1, Optional.of(previous), screenedBy));
      case EarlierAttempt.Barred(UUID previous) ->
          EnrollmentDecider.refuse(
              Reason.PATIENT_BARRED,
              "enrollment %s of the patient ended for good".formatted(previous),
              subject);
    };
  }

  private static Decision<EnrollmentEvent> startIfCandidate(
      Enroll command, EnrollmentState state, EnrollmentFacts facts) {
    return switch (state) {
      case Candidate _ -> start(command.subject(), command.enrolledBy(), facts.earlier());
      case Started started ->
          started.subject().equals(command.subject())
              ? Decision.acceptNothing()
              : alreadyEnrolled(started.subject());
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
      case Eligible(_, Consent recorded, _) when recorded.equals(given) -> Decision.acceptNothing();
      case Screening started -> consent(by(command, given), started, now);
      case Consented started -> consent(by(command, given), started, now);
      case Eligible started -> consent(by(command, given), started, now);
      case Candidate _,
          Ineligible _,
          PendingOnStudy _,
          OnStudy _,
          OffStudy _,
          Withdrawn _,
          NotRegistered _ ->
          Decision.acceptNothing(); // whether it may be enrolled at all is for the request to say
    };
  }

  private static RecordConsent by(Enroll command, Consent given) {
    return new RecordConsent(given, command.enrolledBy());
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
          eligibility(new RecordEligibility(given, command.enrolledBy()), consented, facts);
      case Eligible(Subject subject, _, Eligibility recorded) when !recorded.equals(given) ->
          alreadyAssessed(recorded, subject);
      case Candidate _, Started _ -> Decision.acceptNothing();
    };
  }

  private static Decision<EnrollmentEvent> request(Enroll command, EnrollmentState state) {
    Subject subject = command.subject();
    return switch (state) {
      case Candidate _, Screening _ -> consentRequired(subject);
      case Consented _ ->
          EnrollmentDecider.refuse(
              Reason.ELIGIBILITY_REQUIRED,
              "eligibility has not been recorded and the request gives none",
              subject);
      case Eligible _ -> Decision.accept(new EnrollmentRequested(subject, command.enrolledBy()));
      case PendingOnStudy _, OnStudy _ -> alreadyEnrolled(subject);
      case Ineligible _ -> notEligible(subject);
      case OffStudy s -> EnrollmentDecider.notAllowed("enrolled", s);
      case Withdrawn s -> EnrollmentDecider.notAllowed("enrolled", s);
      case NotRegistered s -> EnrollmentDecider.notAllowed("enrolled", s);
    };
  }

  private static Decision<EnrollmentEvent> assessed(
      RecordEligibility command, Subject subject, EnrollmentFacts facts) {
    Eligibility eligibility = command.eligibility();
    // Strata matter for whoever will be randomized; of others they may be left out, but not wrong.
    boolean needed = eligibility.eligible() || !eligibility.strata().isEmpty();
    if (needed
        && facts.study() instanceof StudyState.Registered study
        && !eligibility.fits(study.design().factors())) {
      List<String> expected =
          study.design().factors().stream().map(f -> f.name() + " " + f.levels()).toList();
      return EnrollmentDecider.refuse(
          Reason.STRATA_MISMATCH,
          "strata must be exactly the study's factors, each at one of its levels: " + expected,
          subject);
    }
    return Decision.accept(new EligibilityRecorded(subject, eligibility, command.assessedBy()));
  }

  private static Decision<EnrollmentEvent> consentRequired(Subject subject) {
    return EnrollmentDecider.refuse(
        Reason.CONSENT_REQUIRED, "consent must be recorded first", subject);
  }

  private static Decision<EnrollmentEvent> notEligible(Subject subject) {
    return EnrollmentDecider.refuse(
        Reason.PATIENT_NOT_ELIGIBLE, "the patient does not meet the criteria", subject);
  }

  private static Decision<EnrollmentEvent> alreadyAssessed(Eligibility recorded, Subject subject) {
    return EnrollmentDecider.refuse(
        Reason.ELIGIBILITY_ALREADY_RECORDED,
        "the patient was found eligible by criteria %s".formatted(recorded.criteriaVersion()),
        subject);
  }

  private static Decision<EnrollmentEvent> alreadyEnrolled(Subject live) {
    return EnrollmentDecider.refuse(
        Reason.PATIENT_ALREADY_ENROLLED,
        "the patient has a live enrollment in study %s".formatted(live.studyId()),
        live);
  }
}
