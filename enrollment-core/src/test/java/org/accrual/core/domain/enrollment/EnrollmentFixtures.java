package org.accrual.core.domain.enrollment;

import java.time.Instant;
import java.time.ZoneId;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.accrual.core.domain.Specification;
import org.accrual.core.domain.enrollment.EnrollmentEvent.CompensationStarted;
import org.accrual.core.domain.enrollment.EnrollmentEvent.ConsentRecorded;
import org.accrual.core.domain.enrollment.EnrollmentEvent.EligibilityCorrected;
import org.accrual.core.domain.enrollment.EnrollmentEvent.EligibilityRecorded;
import org.accrual.core.domain.enrollment.EnrollmentEvent.EnrollmentConfirmed;
import org.accrual.core.domain.enrollment.EnrollmentEvent.EnrollmentRejected;
import org.accrual.core.domain.enrollment.EnrollmentEvent.EnrollmentRequested;
import org.accrual.core.domain.enrollment.EnrollmentEvent.FollowUpStarted;
import org.accrual.core.domain.enrollment.EnrollmentEvent.KitAllocated;
import org.accrual.core.domain.enrollment.EnrollmentEvent.PatientScreened;
import org.accrual.core.domain.enrollment.EnrollmentEvent.PatientWithdrawn;
import org.accrual.core.domain.enrollment.EnrollmentEvent.Randomized;
import org.accrual.core.domain.enrollment.EnrollmentEvent.SlotReserved;
import org.accrual.core.domain.enrollment.EnrollmentEvent.TakenOffStudy;
import org.accrual.core.domain.enrollment.EnrollmentEvent.Unblinded;
import org.accrual.core.domain.enrollment.EnrollmentEvent.WithdrawalReversed;
import org.accrual.core.domain.enrollment.EnrollmentPhase.Standing;
import org.accrual.core.domain.site.SiteState;
import org.accrual.core.domain.study.StudyFixtures;
import org.accrual.core.domain.study.StudyState;

public final class EnrollmentFixtures {
  public static final Instant NOW = Instant.parse("2026-11-24T12:00:00Z");
  static final UUID ID = UUID.fromString("0193a000-0000-7000-8000-000000000001");
  static final UUID EARLIER = UUID.fromString("0193a000-0000-7000-8000-000000000000");
  static final UUID LATER = UUID.fromString("0193a000-0000-7000-8000-000000000002");
  public static final Subject SUBJECT = new Subject(ID, StudyFixtures.STUDY, "V1", "P1");
  static final Subject NEXT = new Subject(LATER, StudyFixtures.STUDY, "V1", "P1");
  public static final String BY = "dr-a";
  public static final Consent CONSENT = new Consent("2.0", Instant.parse("2026-11-23T09:00:00Z"));
  public static final Eligibility ELIGIBLE =
      new Eligibility(true, "1.0", Map.of("sex", "f", "age", "below-65"));
  static final Eligibility NOT_ELIGIBLE = new Eligibility(false, "1.0", Map.of());
  static final Eligibility OTHERWISE =
      new Eligibility(true, "1.1", Map.of("sex", "m", "age", "below-65"));

  /** What a patient's first attempt rests on. */
  public static final EnrollmentFacts OPEN =
      new EnrollmentFacts(
          new StudyState.Active(StudyFixtures.DESIGN),
          new SiteState.Active(5, ZoneId.of("UTC")),
          Optional.empty());

  static final EnrollmentEvent SCREENED = new PatientScreened(SUBJECT, 1, Optional.empty(), BY);
  static final EnrollmentEvent SCREENED_AGAIN = new PatientScreened(NEXT, 2, Optional.of(ID), BY);
  static final EnrollmentEvent CONSENTED = new ConsentRecorded(SUBJECT, CONSENT, BY);
  static final EnrollmentEvent ASSESSED = new EligibilityRecorded(SUBJECT, ELIGIBLE, BY);
  static final EnrollmentEvent FAILED = new EligibilityRecorded(SUBJECT, NOT_ELIGIBLE, BY);
  static final EnrollmentEvent CORRECTED =
      new EligibilityCorrected(SUBJECT, OTHERWISE, "misread", BY);
  static final EnrollmentEvent REQUESTED = new EnrollmentRequested(SUBJECT, BY);
  static final EnrollmentEvent RESERVED = new SlotReserved(SUBJECT);
  static final EnrollmentEvent RANDOMIZED = new Randomized(SUBJECT, "a-1", "R-1");
  static final EnrollmentEvent ALLOCATED = new KitAllocated(SUBJECT, "K1");
  static final EnrollmentEvent CONFIRMED = new EnrollmentConfirmed(SUBJECT, "K1", "R-1");
  static final EnrollmentEvent COMPENSATING =
      new CompensationStarted(SUBJECT, "KITS_EXHAUSTED", false);
  static final EnrollmentEvent REJECTED =
      new EnrollmentRejected(SUBJECT, "SITE_CAPACITY_EXHAUSTED", false);
  static final EnrollmentEvent REJECTED_FOR_GOOD =
      new EnrollmentRejected(SUBJECT, "STRATUM_UNKNOWN", true);
  static final EnrollmentEvent WITHDRAWN = new PatientWithdrawn(SUBJECT, "moved", BY, false);
  static final EnrollmentEvent LEFT = new PatientWithdrawn(SUBJECT, "moved", BY, true);
  static final EnrollmentEvent REVERSED = new WithdrawalReversed(SUBJECT, "mixed up", BY);
  static final EnrollmentEvent FOLLOWED_UP = new FollowUpStarted(SUBJECT, BY);
  static final EnrollmentEvent TAKEN_OFF =
      new TakenOffStudy(SUBJECT, OffStudyCause.COMPLETED, "done", BY);
  static final EnrollmentEvent ENDED =
      new TakenOffStudy(SUBJECT, OffStudyCause.WITHDRAWAL, "moved", BY);
  static final EnrollmentEvent UNBLINDED = new Unblinded(SUBJECT, "emergency", BY);

  static final EnrollmentCommand SCREEN = new EnrollmentCommand.Screen(SUBJECT, BY);
  static final EnrollmentCommand RESCREEN = new EnrollmentCommand.Rescreen(NEXT, BY);
  static final EnrollmentCommand RECORD_CONSENT = new EnrollmentCommand.RecordConsent(CONSENT, BY);
  static final EnrollmentCommand RECORD_ELIGIBILITY =
      new EnrollmentCommand.RecordEligibility(ELIGIBLE, BY);
  static final EnrollmentCommand CORRECT =
      new EnrollmentCommand.CorrectEligibility(OTHERWISE, "misread", BY);
  static final EnrollmentCommand ENROLL =
      new EnrollmentCommand.Enroll(SUBJECT, BY, Optional.of(CONSENT), Optional.of(ELIGIBLE));
  static final EnrollmentCommand ENROLL_RECORDED =
      new EnrollmentCommand.Enroll(SUBJECT, BY, Optional.empty(), Optional.empty());
  static final EnrollmentCommand WITHDRAW = new EnrollmentCommand.Withdraw("moved", BY);
  static final EnrollmentCommand REVERSE = new EnrollmentCommand.ReverseWithdrawal("mixed up", BY);
  static final EnrollmentCommand FOLLOW_UP = new EnrollmentCommand.StartFollowUp(BY);
  static final EnrollmentCommand TAKE_OFF =
      new EnrollmentCommand.TakeOffStudy(OffStudyCause.COMPLETED, "done", BY);
  static final EnrollmentCommand UNBLIND = new EnrollmentCommand.Unblind("emergency", BY);

  private EnrollmentFixtures() {}

  static Specification<EnrollmentCommand, EnrollmentEvent, EnrollmentState> enrollments(
      EnrollmentFacts facts) {
    return new Specification<>(
        EnrollmentState.initial(),
        EnrollmentState::apply,
        (command, state) -> EnrollmentDecider.decide(command, state, facts, NOW));
  }

  /** Of a patient whose latest attempt is this one. */
  static Specification<EnrollmentCommand, EnrollmentEvent, EnrollmentState> enrollments() {
    return new Specification<>(
        EnrollmentState.initial(),
        EnrollmentState::apply,
        (command, state) -> EnrollmentDecider.decide(command, state, facts(state), NOW));
  }

  public static EnrollmentFacts facts(EnrollmentState state) {
    return state instanceof EnrollmentState.Started started
        ? latest(
            new LatestAttempt(
                started.subject().enrollmentId(), 1, EnrollmentPhase.of(state).standing()))
        : OPEN;
  }

  static EnrollmentFacts latest(LatestAttempt latest) {
    return new EnrollmentFacts(OPEN.study(), OPEN.site(), Optional.of(latest));
  }

  static EnrollmentFacts superseded() {
    return latest(new LatestAttempt(LATER, 2, Standing.ENDED));
  }

  public static EnrollmentState state(List<EnrollmentEvent> history) {
    return EnrollmentFold.fold(EnrollmentState.initial(), history);
  }

  public static List<EnrollmentCommand> commands() {
    return List.of(
        SCREEN,
        RESCREEN,
        RECORD_CONSENT,
        RECORD_ELIGIBILITY,
        CORRECT,
        ENROLL,
        ENROLL_RECORDED,
        WITHDRAW,
        REVERSE,
        FOLLOW_UP,
        TAKE_OFF,
        UNBLIND);
  }

  /** For the tables that people read: each command as a call's name, and what it says. */
  public static Map<String, EnrollmentCommand> namedCommands() {
    Map<String, EnrollmentCommand> all = new LinkedHashMap<>();
    all.put("ScreenPatient", SCREEN);
    all.put("RecordConsent", RECORD_CONSENT);
    all.put("RecordEligibility (eligible)", RECORD_ELIGIBILITY);
    all.put(
        "RecordEligibility (not eligible)",
        new EnrollmentCommand.RecordEligibility(NOT_ELIGIBLE, BY));
    all.put("CorrectEligibility (eligible)", CORRECT);
    all.put(
        "CorrectEligibility (not eligible)",
        new EnrollmentCommand.CorrectEligibility(NOT_ELIGIBLE, "misread", BY));
    all.put("EnrollPatient", ENROLL);
    all.put("WithdrawPatient", WITHDRAW);
    all.put("ReverseWithdrawal", REVERSE);
    all.put("RescreenPatient", RESCREEN);
    all.put("StartFollowUp", FOLLOW_UP);
    all.put("TakeOffStudy", TAKE_OFF);
    all.put("Unblind", UNBLIND);
    return all;
  }

  public static List<EnrollmentEvent> requested() {
    return List.of(SCREENED, CONSENTED, ASSESSED, REQUESTED);
  }

  public static List<EnrollmentEvent> confirmed() {
    return List.of(
        SCREENED, CONSENTED, ASSESSED, REQUESTED, RESERVED, RANDOMIZED, ALLOCATED, CONFIRMED);
  }

  /** A history that leads to each state there is. */
  public static Map<Class<? extends EnrollmentState>, List<EnrollmentEvent>> histories() {
    Map<Class<? extends EnrollmentState>, List<EnrollmentEvent>> all = new LinkedHashMap<>();
    all.put(EnrollmentState.Candidate.class, List.of());
    all.put(EnrollmentState.Screening.class, List.of(SCREENED));
    all.put(EnrollmentState.Consented.class, List.of(SCREENED, CONSENTED));
    all.put(EnrollmentState.Eligible.class, List.of(SCREENED, CONSENTED, ASSESSED));
    all.put(EnrollmentState.Ineligible.class, List.of(SCREENED, CONSENTED, FAILED));
    all.put(EnrollmentState.PendingOnStudy.class, requested());
    all.put(EnrollmentState.Compensating.class, and(requested(), RESERVED, COMPENSATING));
    all.put(EnrollmentState.OnStudy.class, confirmed());
    all.put(EnrollmentState.FollowUp.class, and(confirmed(), FOLLOWED_UP));
    all.put(EnrollmentState.OffStudy.class, and(confirmed(), TAKEN_OFF));
    all.put(EnrollmentState.Withdrawn.class, List.of(SCREENED, WITHDRAWN));
    all.put(EnrollmentState.NotRegistered.class, and(requested(), REJECTED_FOR_GOOD));
    return all;
  }

  static List<EnrollmentEvent> and(List<EnrollmentEvent> history, EnrollmentEvent... more) {
    return java.util.stream.Stream.concat(history.stream(), List.of(more).stream()).toList();
  }
}
