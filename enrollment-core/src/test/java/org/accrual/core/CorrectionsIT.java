package org.accrual.core;

import static org.accrual.core.Client.consent;
import static org.accrual.core.Client.eligibility;
import static org.accrual.core.Client.enroll;
import static org.accrual.core.Client.info;
import static org.accrual.core.Client.metadata;
import static org.accrual.core.Client.requestId;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.grpc.Status.Code;
import io.grpc.StatusRuntimeException;
import org.accrual.api.enrollment.v1.CorrectEligibilityRequest;
import org.accrual.api.enrollment.v1.Eligibility;
import org.accrual.api.enrollment.v1.Enrollment;
import org.accrual.api.enrollment.v1.EnrollmentState;
import org.accrual.api.enrollment.v1.RecordConsentRequest;
import org.accrual.api.enrollment.v1.RecordEligibilityRequest;
import org.accrual.api.enrollment.v1.RescreenPatientRequest;
import org.accrual.api.enrollment.v1.ReverseWithdrawalRequest;
import org.accrual.api.enrollment.v1.ScreenPatientRequest;
import org.accrual.api.enrollment.v1.StartFollowUpRequest;
import org.accrual.api.enrollment.v1.TakeOffStudyRequest;
import org.accrual.api.enrollment.v1.WithdrawPatientRequest;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What comes after a mistake, or after registration, as a client does it. */
class CorrectionsIT {
  private static RunningCore core;
  private static Client client;
  private static StoredFixtures stored;

  private String study;

  @BeforeAll
  static void start() {
    core = RunningCore.start();
    client = new Client(core.channel());
    stored = new StoredFixtures(core.jdbcUrl());
  }

  @AfterAll
  static void stop() {
    core.close();
  }

  @BeforeEach
  void open() {
    study = client.openStudy(5);
  }

  @Test
  void anAssessmentIsCorrectedEitherWay() {
    String id = assessed("P1", false);

    Enrollment corrected = correct(id, eligibility());
    assertThat(corrected.getState()).isEqualTo(EnrollmentState.ENROLLMENT_STATE_ELIGIBLE);
    assertThat(refusal(() -> correct(id, eligibility()))).isEqualTo("CORRECTION_CHANGES_NOTHING");

    Eligibility not = eligibility().toBuilder().setEligible(false).build();
    assertThat(correct(id, not).getState()).isEqualTo(EnrollmentState.ENROLLMENT_STATE_INELIGIBLE);
    assertThat(lastEvent(id)).isEqualTo("accrual.enrollment.eligibility-corrected.v1");

    // What is recorded serves: the corrected one, not the first.
    correct(id, eligibility());
    var recorded = enroll(study, "P1").clearConsent().clearEligibility().build();
    var operation = core.settled(client.enrollments.enrollPatient(recorded));
    assertThat(operation.hasResponse()).isTrue();
    assertThat(metadata(operation).getEnrollmentId()).isEqualTo(id);
    // Of a registered patient it is recorded for the analysis, and the state stays.
    assertThat(correct(id, not).getState()).isEqualTo(EnrollmentState.ENROLLMENT_STATE_ON_STUDY);
  }

  @Test
  void rescreeningIsANewAttemptLinkedToTheOld() {
    String first = assessed("P1", false);

    Enrollment second = rescreen(first);

    assertThat(second.getEnrollmentId()).isNotEqualTo(first);
    assertThat(second.getState()).isEqualTo(EnrollmentState.ENROLLMENT_STATE_SCREENING);
    assertThat(second.getPatientId()).isEqualTo("P1");
    assertThat(
            stored.texts(
                "select attempt || ' ' || coalesce(previous_id::text, '-') from enrollment.attempt"
                    + " where study_id = ? order by attempt",
                study))
        .containsExactly("1 -", "2 " + first);
    // The chain goes on at its end alone.
    assertThat(refusal(() -> rescreen(first))).isEqualTo("ENROLLMENT_SUPERSEDED");
    assertThat(refusal(() -> correct(first, eligibility()))).isEqualTo("ENROLLMENT_SUPERSEDED");
  }

  @Test
  void aWithdrawalIsReversedWhileNothingHasFollowedIt() {
    String id = assessed("P1", true);
    withdraw(id);

    Enrollment back = reverse(id);

    assertThat(back.getState()).isEqualTo(EnrollmentState.ENROLLMENT_STATE_ELIGIBLE);
    assertThat(lastEvent(id)).isEqualTo("accrual.enrollment.withdrawal-reversed.v1");
    assertThat(refusal(() -> reverse(id))).isEqualTo("ENROLLMENT_TRANSITION_NOT_ALLOWED");

    withdraw(id);
    rescreen(id);
    assertThat(refusal(() -> reverse(id))).isEqualTo("ENROLLMENT_SUPERSEDED");
  }

  @Test
  void afterTreatmentFollowUpAndTheEnd() {
    String id =
        metadata(core.settled(client.enrollments.enrollPatient(enroll(study, "P1").build())))
            .getEnrollmentId();
    var start =
        StartFollowUpRequest.newBuilder()
            .setRequestId(requestId())
            .setEnrollmentId(id)
            .setRecordedBy("dr-a")
            .build();

    assertThat(client.enrollments.startFollowUp(start).getEnrollment().getState())
        .isEqualTo(EnrollmentState.ENROLLMENT_STATE_FOLLOW_UP);
    assertThat(
            refusal(
                () ->
                    client.enrollments.startFollowUp(
                        start.toBuilder().setRequestId(requestId()).build())))
        .isEqualTo("ENROLLMENT_TRANSITION_NOT_ALLOWED");
    var off =
        client.enrollments.takeOffStudy(
            TakeOffStudyRequest.newBuilder()
                .setRequestId(requestId())
                .setEnrollmentId(id)
                .setReason("completed")
                .setRecordedBy("dr-a")
                .build());
    assertThat(off.getEnrollment().getState())
        .isEqualTo(EnrollmentState.ENROLLMENT_STATE_OFF_STUDY);
    assertThat(refusal(() -> rescreen(id))).isEqualTo("ENROLLMENT_TRANSITION_NOT_ALLOWED");
  }

  /** Screened, consented and assessed step by step. */
  private String assessed(String patient, boolean eligible) {
    String id =
        client
            .enrollments
            .screenPatient(
                ScreenPatientRequest.newBuilder()
                    .setRequestId(requestId())
                    .setStudyId(study)
                    .setSiteId("V1")
                    .setPatientId(patient)
                    .setScreenedBy("nurse-b")
                    .build())
            .getEnrollment()
            .getEnrollmentId();
    client.enrollments.recordConsent(
        RecordConsentRequest.newBuilder()
            .setRequestId(requestId())
            .setEnrollmentId(id)
            .setConsent(consent())
            .setRecordedBy("nurse-b")
            .build());
    client.enrollments.recordEligibility(
        RecordEligibilityRequest.newBuilder()
            .setRequestId(requestId())
            .setEnrollmentId(id)
            .setEligibility(eligibility().toBuilder().setEligible(eligible))
            .setAssessedBy("nurse-b")
            .build());
    return id;
  }

  private static Enrollment correct(String id, Eligibility eligibility) {
    return client
        .enrollments
        .correctEligibility(
            CorrectEligibilityRequest.newBuilder()
                .setRequestId(requestId())
                .setEnrollmentId(id)
                .setEligibility(eligibility)
                .setReason("laboratory value of another patient")
                .setCorrectedBy("dr-a")
                .build())
        .getEnrollment();
  }

  private static Enrollment rescreen(String previous) {
    return client
        .enrollments
        .rescreenPatient(
            RescreenPatientRequest.newBuilder()
                .setRequestId(requestId())
                .setPreviousEnrollmentId(previous)
                .setScreenedBy("nurse-b")
                .build())
        .getEnrollment();
  }

  private static void withdraw(String id) {
    client.enrollments.withdrawPatient(
        WithdrawPatientRequest.newBuilder()
            .setRequestId(requestId())
            .setEnrollmentId(id)
            .setReason("moved away")
            .setWithdrawnBy("dr-a")
            .build());
  }

  private static Enrollment reverse(String id) {
    return client
        .enrollments
        .reverseWithdrawal(
            ReverseWithdrawalRequest.newBuilder()
                .setRequestId(requestId())
                .setEnrollmentId(id)
                .setReason("it was another patient")
                .setReversedBy("dr-a")
                .build())
        .getEnrollment();
  }

  private static String lastEvent(String id) {
    return stored
        .texts("select type from enrollment.event where stream_id = ? order by version", id)
        .getLast();
  }

  private static String refusal(ThrowingCallable call) {
    StatusRuntimeException refused = catchThrowableOfType(StatusRuntimeException.class, call);
    assertThat(refused).isNotNull();
    assertThat(refused.getStatus().getCode()).isEqualTo(Code.FAILED_PRECONDITION);
    return info(refused).getReason();
  }
}
