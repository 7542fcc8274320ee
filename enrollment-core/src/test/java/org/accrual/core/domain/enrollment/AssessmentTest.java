package org.accrual.core.domain.enrollment;

import static org.accrual.core.domain.enrollment.EnrollmentFixtures.*;

import java.time.ZoneId;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.accrual.core.domain.Refusal.Reason;
import org.accrual.core.domain.enrollment.EnrollmentCommand.Enroll;
import org.accrual.core.domain.enrollment.EnrollmentCommand.RecordConsent;
import org.accrual.core.domain.enrollment.EnrollmentCommand.RecordEligibility;
import org.accrual.core.domain.enrollment.EnrollmentEvent.ConsentRecorded;
import org.accrual.core.domain.enrollment.EnrollmentEvent.EligibilityCorrected;
import org.accrual.core.domain.enrollment.EnrollmentPhase.Standing;
import org.accrual.core.domain.site.SiteState;
import org.accrual.core.domain.study.StudyFixtures;
import org.accrual.core.domain.study.StudyPhase;
import org.accrual.core.domain.study.StudyState;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

class AssessmentTest {
  private static final ZoneId UTC = ZoneId.of("UTC");
  private static final Eligibility FAILED_OTHERWISE = new Eligibility(false, "1.1", Map.of());

  static List<EnrollmentCommand> entries() {
    return List.of(SCREEN, ENROLL);
  }

  private static EnrollmentFacts of(StudyState study, SiteState site, LatestAttempt... latest) {
    return new EnrollmentFacts(study, site, List.of(latest).stream().findFirst());
  }

  @ParameterizedTest
  @MethodSource("entries")
  void onlyAKnownStudyAccepts(EnrollmentCommand entry) {
    var facts = of(StudyState.initial(), SiteState.initial());
    enrollments(facts).given().when(entry).refused(Reason.STUDY_NOT_FOUND);
  }

  @ParameterizedTest
  @EnumSource(
      value = StudyPhase.class,
      mode = EnumSource.Mode.EXCLUDE,
      names = {"ACTIVE"})
  void onlyAnActiveStudyAccepts(StudyPhase phase) {
    var facts = of(phase.with(StudyFixtures.DESIGN), OPEN.site());
    for (EnrollmentCommand entry : entries()) {
      enrollments(facts).given().when(entry).refused(Reason.STUDY_NOT_ACTIVE);
    }
    enrollments(facts)
        .given(SCREENED, CONSENTED, ASSESSED)
        .when(ENROLL_RECORDED)
        .refused(Reason.STUDY_NOT_ACTIVE);
  }

  @ParameterizedTest
  @MethodSource("entries")
  void onlyAnActiveSiteAccepts(EnrollmentCommand entry) {
    enrollments(of(OPEN.study(), SiteState.initial()))
        .given()
        .when(entry)
        .refused(Reason.SITE_NOT_FOUND);
    enrollments(of(OPEN.study(), new SiteState.Inactive(5, UTC)))
        .given()
        .when(entry)
        .refused(Reason.SITE_NOT_ACTIVE);
  }

  @Test
  @DisplayName("In a completed study an enrollment that has ended is not continued")
  void noEnrollmentContinuesInACompletedStudy() {
    var facts = of(new StudyState.Completed(StudyFixtures.DESIGN), OPEN.site());
    enrollments(facts).given(SCREENED, WITHDRAWN).when(REVERSE).refused(Reason.STUDY_COMPLETED);
    enrollments(facts)
        .given(SCREENED, CONSENTED, FAILED)
        .when(CORRECT)
        .refused(Reason.STUDY_COMPLETED);
    enrollments(facts)
        .given(SCREENED, CONSENTED, FAILED)
        .when(new EnrollmentCommand.CorrectEligibility(FAILED_OTHERWISE, "misread", BY))
        .then(new EligibilityCorrected(SUBJECT, FAILED_OTHERWISE, "misread", BY));
  }

  @Test
  void whatWasStartedMayBeRecordedInASuspendedStudy() {
    var facts = of(new StudyState.TemporarilyClosed(StudyFixtures.DESIGN), OPEN.site());
    enrollments(facts).given(SCREENED).when(RECORD_CONSENT).then(CONSENTED);
    enrollments(facts).given(SCREENED, CONSENTED).when(RECORD_ELIGIBILITY).then(ASSESSED);
    enrollments(facts).given(SCREENED).when(WITHDRAW).then(WITHDRAWN);
  }

  @ParameterizedTest
  @MethodSource("entries")
  void anotherAttemptNeedsRescreenPatient(EnrollmentCommand entry) {
    var facts = of(OPEN.study(), OPEN.site(), new LatestAttempt(EARLIER, 2, Standing.ENDED));
    enrollments(facts).given().when(entry).refused(Reason.RESCREEN_REQUIRED);
  }

  @ParameterizedTest
  @MethodSource("entries")
  void noAttemptAfterOneThatEndedForGood(EnrollmentCommand entry) {
    var facts = of(OPEN.study(), OPEN.site(), new LatestAttempt(EARLIER, 2, Standing.BARRED));
    enrollments(facts).given().when(entry).refused(Reason.PATIENT_BARRED);
  }

  @Test
  void consentMayBeSignedNowButNotLater() {
    var now = new Consent("2.0", NOW);
    enrollments()
        .given(SCREENED)
        .when(new RecordConsent(now, BY))
        .then(new ConsentRecorded(SUBJECT, now, BY));
    var later = new Consent("2.0", NOW.plusNanos(1000));
    enrollments()
        .given(SCREENED)
        .when(new RecordConsent(later, BY))
        .refused(Reason.CONSENT_IN_FUTURE);
    enrollments()
        .given()
        .when(new Enroll(SUBJECT, BY, Optional.of(later), Optional.of(ELIGIBLE)))
        .refused(Reason.CONSENT_IN_FUTURE);
  }

  @Test
  void aNewerConsentIsRecordedBesideTheOld() {
    var newer = new Consent("3.0", NOW);
    var recorded = new ConsentRecorded(SUBJECT, newer, BY);
    var enroll = new Enroll(SUBJECT, BY, Optional.of(newer), Optional.empty());
    enrollments().given(SCREENED, CONSENTED, ASSESSED).when(enroll).then(recorded, REQUESTED);
    enrollments().given(SCREENED, CONSENTED, ASSESSED, recorded).when(enroll).then(REQUESTED);
  }

  static List<Map<String, String>> wrongStrata() {
    return List.of(
        Map.of(),
        Map.of("sex", "f"),
        Map.of("sex", "f", "age", "unknown"),
        Map.of("sex", "f", "weight", "high"),
        Map.of("sex", "f", "age", "below-65", "weight", "high"));
  }

  @ParameterizedTest
  @MethodSource("wrongStrata")
  void strataAreExactlyTheFactors(Map<String, String> strata) {
    var wrong = new Eligibility(true, "1.0", strata);
    enrollments()
        .given(SCREENED, CONSENTED)
        .when(new RecordEligibility(wrong, BY))
        .refused(Reason.STRATA_MISMATCH);
    enrollments()
        .given()
        .when(new Enroll(SUBJECT, BY, Optional.of(CONSENT), Optional.of(wrong)))
        .refused(Reason.STRATA_MISMATCH);
  }

  @Test
  void whoIsNotEligibleNeedsNoStrataButNoWrongOnes() {
    enrollments()
        .given(SCREENED, CONSENTED)
        .when(new RecordEligibility(NOT_ELIGIBLE, BY))
        .then(FAILED);
    enrollments()
        .given(SCREENED, CONSENTED)
        .when(new RecordEligibility(new Eligibility(false, "1.0", Map.of("sex", "x")), BY))
        .refused(Reason.STRATA_MISMATCH);
  }

  @Test
  void enrollingDoesNotRecordThatSomebodyIsNotEligible() {
    enrollments()
        .given()
        .when(new Enroll(SUBJECT, BY, Optional.of(CONSENT), Optional.of(NOT_ELIGIBLE)))
        .refused(Reason.PATIENT_NOT_ELIGIBLE);
  }

  @Test
  void anAssessmentIsNotReplacedInPassing() {
    var other = new Eligibility(true, "1.0", Map.of("sex", "m", "age", "below-65"));
    enrollments()
        .given(SCREENED, CONSENTED, ASSESSED)
        .when(new Enroll(SUBJECT, BY, Optional.empty(), Optional.of(other)))
        .refused(Reason.ELIGIBILITY_ALREADY_RECORDED);
  }

  @Test
  void aPatientScreenedAtOneSiteIsNotEnrolledAtAnother() {
    var elsewhere = new Subject(ID, SUBJECT.studyId(), "V2", SUBJECT.patientId());
    var about =
        enrollments()
            .given(SCREENED, CONSENTED, ASSESSED)
            .when(new Enroll(elsewhere, BY, Optional.empty(), Optional.empty()))
            .refused(Reason.PATIENT_ALREADY_ENROLLED)
            .about();
    org.assertj.core.api.Assertions.assertThat(about)
        .as("the other site's enrollment is not named")
        .containsEntry("site_id", "V2")
        .doesNotContainKey("enrollment_id");
  }

  @Test
  void noAttemptThatAnotherHasFollowedComesBack() {
    enrollments(superseded())
        .given(SCREENED, CONSENTED, FAILED)
        .when(CORRECT)
        .refused(Reason.ENROLLMENT_SUPERSEDED);
    enrollments(superseded())
        .given(SCREENED, WITHDRAWN)
        .when(REVERSE)
        .refused(Reason.ENROLLMENT_SUPERSEDED);
    enrollments(superseded())
        .given(SCREENED, WITHDRAWN)
        .when(RESCREEN)
        .refused(Reason.ENROLLMENT_SUPERSEDED);
  }

  @Test
  void screenedAgainOnlyWhereThereIsAccrual() {
    var closed =
        new EnrollmentFacts(OPEN.study(), new SiteState.Inactive(5, UTC), Optional.empty());
    enrollments(closed).given(SCREENED, WITHDRAWN).when(RESCREEN).refused(Reason.SITE_NOT_ACTIVE);
  }

  @Test
  void aCorrectionMustFitAndChangeSomething() {
    var wrong = new Eligibility(true, "1.0", Map.of("sex", "f"));
    var corrections = enrollments().given(SCREENED, CONSENTED, ASSESSED);
    corrections
        .when(new EnrollmentCommand.CorrectEligibility(wrong, "misread", BY))
        .refused(Reason.STRATA_MISMATCH);
    corrections
        .when(new EnrollmentCommand.CorrectEligibility(ELIGIBLE, "misread", BY))
        .refused(Reason.CORRECTION_CHANGES_NOTHING);
    corrections
        .when(new EnrollmentCommand.CorrectEligibility(NOT_ELIGIBLE, "misread", BY))
        .then(new EligibilityCorrected(SUBJECT, NOT_ELIGIBLE, "misread", BY));
  }
}
