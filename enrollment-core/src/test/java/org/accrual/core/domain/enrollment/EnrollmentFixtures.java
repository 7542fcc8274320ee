package org.accrual.core.domain.enrollment;

import java.time.Instant;
import java.time.ZoneId;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.accrual.core.domain.Specification;
import org.accrual.core.domain.enrollment.EnrollmentEvent.ConsentRecorded;
import org.accrual.core.domain.enrollment.EnrollmentEvent.EligibilityRecorded;
import org.accrual.core.domain.enrollment.EnrollmentEvent.EnrollmentConfirmed;
import org.accrual.core.domain.enrollment.EnrollmentEvent.EnrollmentRejected;
import org.accrual.core.domain.enrollment.EnrollmentEvent.EnrollmentRequested;
import org.accrual.core.domain.enrollment.EnrollmentEvent.PatientScreened;
import org.accrual.core.domain.enrollment.EnrollmentEvent.PatientWithdrawn;
import org.accrual.core.domain.site.SiteState;
import org.accrual.core.domain.study.StudyFixtures;
import org.accrual.core.domain.study.StudyState;

final class EnrollmentFixtures {
  static final Instant NOW = Instant.parse("2026-11-24T12:00:00Z");
  static final UUID ID = UUID.fromString("0193a000-0000-7000-8000-000000000001");
  static final UUID EARLIER = UUID.fromString("0193a000-0000-7000-8000-000000000000");
  static final Subject SUBJECT = new Subject(ID, StudyFixtures.STUDY, "V1", "P1");
  static final String BY = "dr-a";
  static final Consent CONSENT = new Consent("2.0", Instant.parse("2026-11-23T09:00:00Z"));
  static final Eligibility ELIGIBLE =
      new Eligibility(true, "1.0", Map.of("sex", "f", "age", "below-65"));
  static final Eligibility NOT_ELIGIBLE = new Eligibility(false, "1.0", Map.of());

  static final EnrollmentFacts OPEN =
      new EnrollmentFacts(
          new StudyState.Active(StudyFixtures.DESIGN),
          new SiteState.Active(5, ZoneId.of("UTC")),
          new EarlierAttempt.None());

  static final EnrollmentEvent SCREENED = new PatientScreened(SUBJECT, 1, Optional.empty(), BY);
  static final EnrollmentEvent CONSENTED = new ConsentRecorded(SUBJECT, CONSENT, BY);
  static final EnrollmentEvent ASSESSED = new EligibilityRecorded(SUBJECT, ELIGIBLE, BY);
  static final EnrollmentEvent FAILED = new EligibilityRecorded(SUBJECT, NOT_ELIGIBLE, BY);
  static final EnrollmentEvent REQUESTED = new EnrollmentRequested(SUBJECT, BY);
  static final EnrollmentEvent CONFIRMED = new EnrollmentConfirmed(SUBJECT);
  static final EnrollmentEvent REJECTED =
      new EnrollmentRejected(SUBJECT, SiteSlots.SITE_CAPACITY_EXHAUSTED, false);
  static final EnrollmentEvent REJECTED_FOR_GOOD =
      new EnrollmentRejected(SUBJECT, "NOT_ALLOWED", true);
  static final EnrollmentEvent WITHDRAWN = new PatientWithdrawn(SUBJECT, "moved", BY, false);
  static final EnrollmentEvent TAKEN_OFF = new PatientWithdrawn(SUBJECT, "moved", BY, true);

  static final EnrollmentCommand SCREEN = new EnrollmentCommand.Screen(SUBJECT, BY);
  static final EnrollmentCommand RECORD_CONSENT = new EnrollmentCommand.RecordConsent(CONSENT, BY);
  static final EnrollmentCommand RECORD_ELIGIBILITY =
      new EnrollmentCommand.RecordEligibility(ELIGIBLE, BY);
  static final EnrollmentCommand ENROLL =
      new EnrollmentCommand.Enroll(SUBJECT, BY, Optional.of(CONSENT), Optional.of(ELIGIBLE));
  static final EnrollmentCommand ENROLL_RECORDED =
      new EnrollmentCommand.Enroll(SUBJECT, BY, Optional.empty(), Optional.empty());
  static final EnrollmentCommand CONFIRM = new EnrollmentCommand.Confirm();
  static final EnrollmentCommand REJECT =
      new EnrollmentCommand.Reject(SiteSlots.SITE_CAPACITY_EXHAUSTED, false);
  static final EnrollmentCommand WITHDRAW = new EnrollmentCommand.Withdraw("moved", BY);

  private EnrollmentFixtures() {}

  static Specification<EnrollmentCommand, EnrollmentEvent, EnrollmentState> enrollments(
      EnrollmentFacts facts) {
    return new Specification<>(
        EnrollmentState.initial(),
        EnrollmentState::apply,
        (command, state) -> EnrollmentDecider.decide(command, state, facts, NOW));
  }

  static Specification<EnrollmentCommand, EnrollmentEvent, EnrollmentState> enrollments() {
    return enrollments(OPEN);
  }

  /** A history that leads to each state there is. */
  static Map<Class<? extends EnrollmentState>, List<EnrollmentEvent>> histories() {
    Map<Class<? extends EnrollmentState>, List<EnrollmentEvent>> all = new LinkedHashMap<>();
    all.put(EnrollmentState.Candidate.class, List.of());
    all.put(EnrollmentState.Screening.class, List.of(SCREENED));
    all.put(EnrollmentState.Consented.class, List.of(SCREENED, CONSENTED));
    all.put(EnrollmentState.Eligible.class, List.of(SCREENED, CONSENTED, ASSESSED));
    all.put(EnrollmentState.Ineligible.class, List.of(SCREENED, CONSENTED, FAILED));
    all.put(
        EnrollmentState.PendingOnStudy.class, List.of(SCREENED, CONSENTED, ASSESSED, REQUESTED));
    all.put(
        EnrollmentState.OnStudy.class,
        List.of(SCREENED, CONSENTED, ASSESSED, REQUESTED, CONFIRMED));
    all.put(
        EnrollmentState.OffStudy.class,
        List.of(SCREENED, CONSENTED, ASSESSED, REQUESTED, CONFIRMED, TAKEN_OFF));
    all.put(EnrollmentState.Withdrawn.class, List.of(SCREENED, WITHDRAWN));
    all.put(
        EnrollmentState.NotRegistered.class,
        List.of(SCREENED, CONSENTED, ASSESSED, REQUESTED, REJECTED_FOR_GOOD));
    return all;
  }
}
