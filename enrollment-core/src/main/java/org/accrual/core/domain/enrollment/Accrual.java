package org.accrual.core.domain.enrollment;

import java.util.HashMap;
import java.util.Map;
import java.util.UUID;
import org.accrual.core.domain.Decision;
import org.accrual.core.domain.Refusal;
import org.accrual.core.domain.Refusal.Reason;
import org.accrual.core.domain.enrollment.EnrollmentCommand.Rescreen;
import org.accrual.core.domain.enrollment.EnrollmentCommand.Screen;
import org.accrual.core.domain.enrollment.EnrollmentEvent.PatientScreened;
import org.accrual.core.domain.enrollment.EnrollmentState.Candidate;
import org.accrual.core.domain.enrollment.EnrollmentState.Ineligible;
import org.accrual.core.domain.enrollment.EnrollmentState.NotRegistered;
import org.accrual.core.domain.enrollment.EnrollmentState.Open;
import org.accrual.core.domain.enrollment.EnrollmentState.Pending;
import org.accrual.core.domain.enrollment.EnrollmentState.Registered;
import org.accrual.core.domain.enrollment.EnrollmentState.Started;
import org.accrual.core.domain.enrollment.EnrollmentState.Withdrawn;
import org.accrual.core.domain.site.SiteState;
import org.accrual.core.domain.study.StudyState;

/** Who may begin an attempt: only at an active site of an active study, one at a time. */
final class Accrual {
  private Accrual() {}

  static Decision<EnrollmentEvent> screen(
      Screen command, EnrollmentState state, EnrollmentFacts facts) {
    return switch (state) {
      case Started started -> alreadyEnrolled(started.subject(), command.subject());
      case Candidate _ ->
          open(command.subject(), facts)
              .then(_ -> start(command.subject(), command.screenedBy(), facts));
    };
  }

  /** The next attempt is an enrollment of its own: the event belongs to its stream. */
  static Decision<EnrollmentEvent> rescreen(
      Rescreen command, Started ended, EnrollmentFacts facts) {
    return switch (ended) {
      case Open _, Pending _ -> alreadyEnrolled(ended.subject(), ended.subject());
      case Registered _ -> EnrollmentDecider.notAllowed("screened again", ended);
      case Ineligible _, Withdrawn _, NotRegistered _ ->
          latest(ended, facts)
              .then(_ -> open(command.next(), facts))
              .then(_ -> next(command.next(), command.screenedBy(), facts));
    };
  }

  /** Refuses what would change an attempt that another has followed. */
  static Decision<EnrollmentEvent> latest(Started state, EnrollmentFacts facts) {
    UUID id = state.subject().enrollmentId();
    return facts.latest().filter(latest -> !latest.enrollmentId().equals(id)).isPresent()
        ? EnrollmentDecider.refuse(
            Reason.ENROLLMENT_SUPERSEDED,
            "the patient has a later attempt in study %s".formatted(state.subject().studyId()),
            state.subject())
        : Decision.acceptNothing();
  }

  /**
   * Refuses to continue an attempt that has ended, if another has followed or the study is over.
   */
  static Decision<EnrollmentEvent> reopen(Started state, EnrollmentFacts facts) {
    Subject subject = state.subject();
    return facts.study() instanceof StudyState.Completed
        ? EnrollmentDecider.refuse(
            Reason.STUDY_COMPLETED,
            "study %s is completed: no enrollment continues".formatted(subject.studyId()),
            subject)
        : latest(state, facts);
  }

  static Decision<EnrollmentEvent> open(Subject subject, EnrollmentFacts facts) {
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

  /** Begins the patient's first attempt. A later one needs {@link Rescreen}. */
  static Decision<EnrollmentEvent> start(
      Subject subject, String screenedBy, EnrollmentFacts facts) {
    if (facts.latest().isEmpty()) {
      return next(subject, screenedBy, facts);
    }
    LatestAttempt latest = facts.latest().get();
    return switch (latest.standing()) {
      case BARRED ->
          EnrollmentDecider.refuse(
              Reason.PATIENT_BARRED,
              "enrollment %s of the patient ended for good".formatted(latest.enrollmentId()),
              subject);
      case ENDED -> rescreenRequired(subject, latest);
      case LIVE -> next(subject, screenedBy, facts);
    };
  }

  private static Decision<EnrollmentEvent> rescreenRequired(Subject subject, LatestAttempt ended) {
    Map<String, String> about = new HashMap<>(subject.ids());
    about.put("previous_enrollment_id", ended.enrollmentId().toString());
    return Decision.refuse(
        new Refusal(
            Reason.RESCREEN_REQUIRED,
            "the patient's enrollment %s ended; RescreenPatient starts another attempt"
                .formatted(ended.enrollmentId()),
            about));
  }

  private static Decision<EnrollmentEvent> next(
      Subject subject, String screenedBy, EnrollmentFacts facts) {
    return Decision.accept(
        new PatientScreened(
            subject,
            facts.latest().map(LatestAttempt::number).orElse(0) + 1,
            facts.latest().map(LatestAttempt::enrollmentId),
            screenedBy));
  }

  /** Names the enrollment to its own site only: an id is all it takes to withdraw the patient. */
  static Decision<EnrollmentEvent> alreadyEnrolled(Subject live, Subject asked) {
    Refusal refusal =
        new Refusal(
            Reason.PATIENT_ALREADY_ENROLLED,
            "the patient has a live enrollment in study %s".formatted(live.studyId()),
            asked.ids());
    return Decision.refuse(live.equals(asked) ? refusal : refusal.withoutEnrollment());
  }
}
