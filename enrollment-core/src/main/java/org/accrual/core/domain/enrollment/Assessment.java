package org.accrual.core.domain.enrollment;

import java.time.Instant;
import java.util.List;
import org.accrual.core.domain.Decision;
import org.accrual.core.domain.Refusal.Reason;
import org.accrual.core.domain.enrollment.EnrollmentCommand.CorrectEligibility;
import org.accrual.core.domain.enrollment.EnrollmentCommand.RecordConsent;
import org.accrual.core.domain.enrollment.EnrollmentCommand.RecordEligibility;
import org.accrual.core.domain.enrollment.EnrollmentEvent.ConsentRecorded;
import org.accrual.core.domain.enrollment.EnrollmentEvent.EligibilityCorrected;
import org.accrual.core.domain.enrollment.EnrollmentEvent.EligibilityRecorded;
import org.accrual.core.domain.enrollment.EnrollmentState.Consented;
import org.accrual.core.domain.enrollment.EnrollmentState.Eligible;
import org.accrual.core.domain.enrollment.EnrollmentState.Ineligible;
import org.accrual.core.domain.enrollment.EnrollmentState.NotRegistered;
import org.accrual.core.domain.enrollment.EnrollmentState.Open;
import org.accrual.core.domain.enrollment.EnrollmentState.Pending;
import org.accrual.core.domain.enrollment.EnrollmentState.Registered;
import org.accrual.core.domain.enrollment.EnrollmentState.Screening;
import org.accrual.core.domain.enrollment.EnrollmentState.Started;
import org.accrual.core.domain.enrollment.EnrollmentState.Withdrawn;
import org.accrual.core.domain.study.StudyState;

/** Consent, and then eligibility: what must be known of a patient before a request. */
final class Assessment {
  private Assessment() {}

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
      case Open _ ->
          Decision.accept(
              new ConsentRecorded(state.subject(), command.consent(), command.recordedBy()));
      case Pending _ -> EnrollmentDecider.inProgress(state);
      case Ineligible _, Registered _, Withdrawn _, NotRegistered _ ->
          EnrollmentDecider.notAllowed("given a consent", state);
    };
  }

  static Decision<EnrollmentEvent> eligibility(
      RecordEligibility command, Started state, EnrollmentFacts facts) {
    Subject subject = state.subject();
    return switch (state) {
      case Screening _ -> consentRequired(subject);
      case Consented _ ->
          fitting(
              command.eligibility(),
              subject,
              facts,
              new EligibilityRecorded(subject, command.eligibility(), command.assessedBy()));
      case Eligible(_, _, Eligibility recorded, _) -> alreadyAssessed(recorded, subject);
      case Pending _ -> EnrollmentDecider.inProgress(state);
      case Ineligible _, Registered _, Withdrawn _, NotRegistered _ ->
          EnrollmentDecider.notAllowed("assessed", state);
    };
  }

  static Decision<EnrollmentEvent> correct(
      CorrectEligibility command, Started state, EnrollmentFacts facts) {
    return switch (state) {
      case Eligible(_, _, Eligibility recorded, _) -> correct(command, recorded, state, facts);
      case Ineligible(_, _, Eligibility recorded, _) when command.eligibility().eligible() ->
          Accrual.reopen(state, facts).then(_ -> correct(command, recorded, state, facts));
      case Ineligible(_, _, Eligibility recorded, _) ->
          Accrual.latest(state, facts).then(_ -> correct(command, recorded, state, facts));
      case Pending _ -> EnrollmentDecider.inProgress(state);
      // Recorded for the analysis: the patient keeps state, allocation and kit.
      case Registered _ ->
          fitting(command.eligibility(), state.subject(), facts, corrected(command, state));
      case Screening _, Consented _, Withdrawn _, NotRegistered _ ->
          EnrollmentDecider.notAllowed("assessed otherwise", state);
    };
  }

  private static Decision<EnrollmentEvent> correct(
      CorrectEligibility command, Eligibility recorded, Started state, EnrollmentFacts facts) {
    Subject subject = state.subject();
    if (command.eligibility().equals(recorded)) {
      return EnrollmentDecider.refuse(
          Reason.CORRECTION_CHANGES_NOTHING, "the recorded assessment already says so", subject);
    }
    return fitting(command.eligibility(), subject, facts, corrected(command, state));
  }

  private static EligibilityCorrected corrected(CorrectEligibility command, Started state) {
    return new EligibilityCorrected(
        state.subject(), command.eligibility(), command.reason(), command.correctedBy());
  }

  private static Decision<EnrollmentEvent> fitting(
      Eligibility eligibility, Subject subject, EnrollmentFacts facts, EnrollmentEvent event) {
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
    return Decision.accept(event);
  }

  static Decision<EnrollmentEvent> consentRequired(Subject subject) {
    return EnrollmentDecider.refuse(
        Reason.CONSENT_REQUIRED, "consent must be recorded first", subject);
  }

  static Decision<EnrollmentEvent> alreadyAssessed(Eligibility recorded, Subject subject) {
    return EnrollmentDecider.refuse(
        Reason.ELIGIBILITY_ALREADY_RECORDED,
        "the patient was found eligible by criteria %s; CorrectEligibility corrects it"
            .formatted(recorded.criteriaVersion()),
        subject);
  }
}
