package org.accrual.core;

import static org.accrual.core.Client.consent;
import static org.accrual.core.Client.eligibility;
import static org.accrual.core.Client.enroll;
import static org.accrual.core.Client.info;
import static org.accrual.core.Client.metadata;
import static org.accrual.core.Client.requestId;
import static org.accrual.core.Client.unpacked;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.google.longrunning.Operation;
import io.grpc.Metadata;
import io.grpc.Status.Code;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.MetadataUtils;
import java.util.List;
import java.util.Set;
import org.accrual.api.enrollment.v1.EnrollPatientRequest;
import org.accrual.api.enrollment.v1.EnrollPatientResponse;
import org.accrual.api.enrollment.v1.Enrollment;
import org.accrual.api.enrollment.v1.EnrollmentStage;
import org.accrual.api.enrollment.v1.EnrollmentState;
import org.accrual.api.enrollment.v1.RecordConsentRequest;
import org.accrual.api.enrollment.v1.RecordEligibilityRequest;
import org.accrual.api.enrollment.v1.RescreenPatientRequest;
import org.accrual.api.enrollment.v1.ScreenPatientRequest;
import org.accrual.api.enrollment.v1.StageTime;
import org.accrual.api.enrollment.v1.WithdrawPatientRequest;
import org.accrual.contract.ConsistencyToken;
import org.accrual.contract.RequestMetadata;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class EnrollmentCallsIT {
  private static RunningCore core;
  private static Client client;
  private static StoredFixtures stored;

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

  private static Enrollment screen(String study, String patient) {
    return client
        .enrollments
        .screenPatient(
            ScreenPatientRequest.newBuilder()
                .setRequestId(requestId())
                .setStudyId(study)
                .setSiteId("V1")
                .setPatientId(patient)
                .setScreenedBy("nurse-b")
                .build())
        .getEnrollment();
  }

  private static WithdrawPatientRequest withdraw(String enrollmentId) {
    return WithdrawPatientRequest.newBuilder()
        .setRequestId(requestId())
        .setEnrollmentId(enrollmentId)
        .setReason("moved away")
        .setWithdrawnBy("dr-a")
        .build();
  }

  @Test
  void oneCallEnrolls() {
    String study = client.openStudy(5);
    Operation accepted = client.enrollments.enrollPatient(enroll(study, "P1").build());
    assertThat(accepted.getDone()).isFalse();
    assertThat(metadata(accepted).getStage()).isEqualTo(EnrollmentStage.ENROLLMENT_STAGE_ACCEPTED);
    assertThat(ConsistencyToken.decode(metadata(accepted).getConsistencyToken()))
        .contains(new ConsistencyToken("enrollment", metadata(accepted).getEnrollmentId(), 4));

    Operation operation = core.settled(accepted);
    assertThat(operation.getDone()).isTrue();
    assertThat(operation.getName()).matches("operations/[0-9a-f-]{36}");
    var metadata = metadata(operation);
    assertThat(metadata.getStage()).isEqualTo(EnrollmentStage.ENROLLMENT_STAGE_CONFIRMED);
    assertThat(metadata.getStagesList())
        .extracting(StageTime::getStage)
        .containsExactly(
            EnrollmentStage.ENROLLMENT_STAGE_ACCEPTED,
            EnrollmentStage.ENROLLMENT_STAGE_SLOT_RESERVED,
            EnrollmentStage.ENROLLMENT_STAGE_RANDOMIZED,
            EnrollmentStage.ENROLLMENT_STAGE_KIT_ALLOCATED,
            EnrollmentStage.ENROLLMENT_STAGE_CONFIRMED);
    assertThat(metadata.getReason()).isEmpty();
    var response = unpacked(operation.getResponse(), EnrollPatientResponse.class);
    assertThat(response.getEnrollment().getState())
        .isEqualTo(EnrollmentState.ENROLLMENT_STATE_ON_STUDY);
    assertThat(response.getEnrollment().getVersion()).isEqualTo(8);
    assertThat(response.getEnrollment().hasConfirmTime()).isTrue();
    assertThat(response.getEnrollment().getKitId()).as("the kit to hand over").isEqualTo("K1");
    assertThat(response.getEnrollment().getRandomizationNumber())
        .isEqualTo(response.getEnrollment().getSiteId() + "-0001");
    assertThat(ConsistencyToken.decode(response.getConsistencyToken()))
        .contains(new ConsistencyToken("enrollment", metadata.getEnrollmentId(), 8));

    assertThat(
            stored.texts(
                "select type from enrollment.event where stream_id = ? order by version",
                metadata.getEnrollmentId()))
        .containsExactly(
            "accrual.enrollment.patient-screened.v1",
            "accrual.enrollment.consent-recorded.v1",
            "accrual.enrollment.eligibility-recorded.v1",
            "accrual.enrollment.requested.v1",
            "accrual.enrollment.slot-reserved.v1",
            "accrual.enrollment.randomized.v1",
            "accrual.enrollment.kit-allocated.v1",
            "accrual.enrollment.confirmed.v1");
  }

  @Test
  @DisplayName("validate_only answers whether the request would be accepted, and writes nothing")
  void aCheckWritesNothing() {
    String study = client.openStudy(1);
    EnrollPatientRequest request = enroll(study, "P1").build();
    EnrollPatientRequest check = request.toBuilder().setValidateOnly(true).build();
    StoredContent before = stored.everything();

    Operation wouldBe = client.enrollments.enrollPatient(check);

    assertThat(wouldBe.getName()).isEmpty();
    assertThat(metadata(wouldBe).getStage()).isEqualTo(EnrollmentStage.ENROLLMENT_STAGE_ACCEPTED);
    assertThat(metadata(wouldBe).getEnrollmentId()).isEmpty();
    assertThat(stored.everything()).isEqualTo(before);
    var _ = core.settled(client.enrollments.enrollPatient(request));
    StoredContent after = stored.everything();
    StatusRuntimeException refused =
        catchThrowableOfType(
            StatusRuntimeException.class, () -> client.enrollments.enrollPatient(check));
    assertThat(info(refused).getReason()).isEqualTo("PATIENT_ALREADY_ENROLLED");
    assertThat(stored.everything()).isEqualTo(after);
  }

  @Test
  void everyEventIsToldInTheSameTransactionWithItsHeaders() {
    String study = client.openStudy(5);
    Metadata sent = new Metadata();
    put(sent, RequestMetadata.CORRELATION_ID, "conversation-7");
    put(sent, RequestMetadata.ACTOR, "somebody");
    String trace = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
    put(sent, RequestMetadata.TRACEPARENT, trace);
    EnrollPatientRequest request = enroll(study, "P1").build();
    Operation operation =
        client
            .enrollments
            .withInterceptors(MetadataUtils.newAttachHeadersInterceptor(sent))
            .enrollPatient(request);
    String id = metadata(operation).getEnrollmentId();
    assertThat(metadata(operation).getCorrelationId()).isEqualTo("conversation-7");

    assertThat(
            stored.texts(
                """
                select concat_ws(' ', o.aggregatetype, o.headers ->> 'ce_sequence',
                         o.headers ->> 'ce_schemaversion', o.headers ->> 'ce_source',
                         o.headers ->> 'ce_correlationid', o.headers ->> 'ce_causationid',
                         o.headers ->> 'ce_actor', o.headers ->> 'traceparent',
                         o.xmin = e.xmin, o.type = e.type and o.payload = e.payload)
                  from outbox.message o join enrollment.event e on e.event_id = o.id
                 where o.aggregateid = ? order by e.version
                """,
                id))
        .containsExactlyElementsOf(
            java.util.stream.IntStream.rangeClosed(1, 4)
                .mapToObj(
                    version ->
                        "enrollment.events %d 1 /accrual/enrollment-core conversation-7 %s dr-a %s t t"
                            .formatted(version, request.getRequestId(), trace))
                .toList());
    assertThat(
            stored.texts(
                "select distinct substr(id::text, 15, 1) from outbox.message where aggregateid = ?",
                id))
        .as("UUID version")
        .containsExactly("7");
  }

  @Test
  void stepByStepAndThenEnrolledOnWhatWasRecorded() {
    String study = client.openStudy(5);
    Enrollment screened = screen(study, "P1");
    assertThat(screened.getState()).isEqualTo(EnrollmentState.ENROLLMENT_STATE_SCREENING);
    String id = screened.getEnrollmentId();
    Enrollment consented =
        client
            .enrollments
            .recordConsent(
                RecordConsentRequest.newBuilder()
                    .setRequestId(requestId())
                    .setEnrollmentId(id)
                    .setConsent(consent())
                    .setRecordedBy("nurse-b")
                    .build())
            .getEnrollment();
    assertThat(consented.getState()).isEqualTo(EnrollmentState.ENROLLMENT_STATE_SCREENING);
    Enrollment eligible =
        client
            .enrollments
            .recordEligibility(
                RecordEligibilityRequest.newBuilder()
                    .setRequestId(requestId())
                    .setEnrollmentId(id)
                    .setEligibility(eligibility())
                    .setAssessedBy("dr-a")
                    .build())
            .getEnrollment();
    assertThat(eligible.getState()).isEqualTo(EnrollmentState.ENROLLMENT_STATE_ELIGIBLE);
    Operation operation =
        client.enrollments.enrollPatient(
            enroll(study, "P1").clearConsent().clearEligibility().build());
    assertThat(metadata(operation).getEnrollmentId()).isEqualTo(id);
    assertThat(metadata(core.settled(operation)).getStage())
        .isEqualTo(EnrollmentStage.ENROLLMENT_STAGE_CONFIRMED);
  }

  @Test
  void aFullSiteRejectsAndAWithdrawalLetsTheNextIn() {
    String study = client.openStudy(1);
    Operation first = core.settled(client.enrollments.enrollPatient(enroll(study, "P1").build()));
    Operation second = core.settled(client.enrollments.enrollPatient(enroll(study, "P2").build()));

    assertThat(second.getDone()).isTrue();
    assertThat(second.hasError()).isTrue();
    assertThat(second.getError().getCode()).isEqualTo(Code.RESOURCE_EXHAUSTED.value());
    assertThat(info(second.getError()).getReason()).isEqualTo("SITE_CAPACITY_EXHAUSTED");
    assertThat(info(second.getError()).getMetadataMap()).containsEntry("retryable", "true");
    assertThat(info(second.getError()).getDomain()).isEqualTo("accrual");
    assertThat(metadata(second).getStage()).isEqualTo(EnrollmentStage.ENROLLMENT_STAGE_REJECTED);
    assertThat(metadata(second).getReason()).isEqualTo("SITE_CAPACITY_EXHAUSTED");

    var off = client.enrollments.withdrawPatient(withdraw(metadata(first).getEnrollmentId()));
    assertThat(off.getEnrollment().getState())
        .isEqualTo(EnrollmentState.ENROLLMENT_STATE_OFF_STUDY);
    assertThat(off.getEnrollment().getReason()).isEqualTo("moved away");
    assertThat(
            stored.texts(
                "select type from outbox.message where type like 'accrual.%.release-%' and aggregateid = ?",
                study + "/V1"))
        .as("the patient keeps the kit")
        .containsExactly("accrual.capacity.release-slot.v1");

    core.participants().settle();
    Operation again = core.settled(client.enrollments.enrollPatient(enroll(study, "P2").build()));
    assertThat(metadata(again).getStage()).isEqualTo(EnrollmentStage.ENROLLMENT_STAGE_CONFIRMED);
    assertThat(metadata(again).getEnrollmentId())
        .as("the recorded enrollment goes on")
        .isEqualTo(metadata(second).getEnrollmentId());
    assertThat(
            stored.texts(
                "select type from enrollment.event where stream_id = ? and version > 3"
                    + " order by version",
                metadata(again).getEnrollmentId()))
        .containsExactly(
            "accrual.enrollment.requested.v1",
            "accrual.enrollment.rejected.v1",
            "accrual.enrollment.requested.v1",
            "accrual.enrollment.slot-reserved.v1",
            "accrual.enrollment.randomized.v1",
            "accrual.enrollment.kit-allocated.v1",
            "accrual.enrollment.confirmed.v1");
  }

  @Test
  void withdrawnBeforeRegistrationMayTryAgainLinked() {
    String study = client.openStudy(5);
    Enrollment first = screen(study, "P1");
    var withdrawn = client.enrollments.withdrawPatient(withdraw(first.getEnrollmentId()));
    assertThat(withdrawn.getEnrollment().getState())
        .isEqualTo(EnrollmentState.ENROLLMENT_STATE_WITHDRAWN);

    StatusRuntimeException screenedAgain =
        catchThrowableOfType(StatusRuntimeException.class, () -> screen(study, "P1"));
    StatusRuntimeException enrolledAgain =
        catchThrowableOfType(
            StatusRuntimeException.class,
            () -> client.enrollments.enrollPatient(enroll(study, "P1").build()));
    for (StatusRuntimeException refused : List.of(screenedAgain, enrolledAgain)) {
      assertThat(info(refused).getReason()).isEqualTo("RESCREEN_REQUIRED");
      assertThat(refused).hasMessageContaining("RescreenPatient");
      assertThat(info(refused).getMetadataMap())
          .containsEntry("previous_enrollment_id", first.getEnrollmentId());
    }

    Enrollment second =
        client
            .enrollments
            .rescreenPatient(
                RescreenPatientRequest.newBuilder()
                    .setRequestId(requestId())
                    .setPreviousEnrollmentId(first.getEnrollmentId())
                    .setScreenedBy("nurse-b")
                    .build())
            .getEnrollment();
    assertThat(second.getEnrollmentId()).isNotEqualTo(first.getEnrollmentId());
    assertThat(
            stored.texts(
                "select concat_ws(' ', attempt, previous_id, standing) from enrollment.attempt"
                    + " where study_id = ? order by attempt",
                study))
        .isEqualTo(List.of("1 ended", "2 " + first.getEnrollmentId() + " live"));
  }

  @Test
  void commandsAreCountedByOutcome() throws Exception {
    String study = client.openStudy(5);
    client.enrollments.enrollPatient(enroll(study, "P1").build());
    var http = java.net.http.HttpClient.newHttpClient();
    String metrics =
        http.send(
                java.net.http.HttpRequest.newBuilder(
                        java.net.URI.create("http://127.0.0.1:" + core.httpPort() + "/metrics"))
                    .build(),
                java.net.http.HttpResponse.BodyHandlers.ofString())
            .body();
    assertThat(metrics.lines().filter(line -> line.startsWith("accrual_commands_total")))
        .anySatisfy(
            line ->
                assertThat(line)
                    .contains("method=\"EnrollPatient\"")
                    .contains("outcome=\"accepted\"")
                    .matches(".*\\} [1-9].*"));
    assertThat(Set.of(200))
        .contains(
            http.send(
                    java.net.http.HttpRequest.newBuilder(
                            java.net.URI.create(
                                "http://127.0.0.1:" + core.httpPort() + "/health/ready"))
                        .build(),
                    java.net.http.HttpResponse.BodyHandlers.discarding())
                .statusCode());
  }

  private static void put(Metadata metadata, String name, String value) {
    metadata.put(Metadata.Key.of(name, Metadata.ASCII_STRING_MARSHALLER), value);
  }
}
