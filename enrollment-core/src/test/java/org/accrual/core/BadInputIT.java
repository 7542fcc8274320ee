package org.accrual.core;

import static org.accrual.core.Client.detail;
import static org.accrual.core.Client.eligibility;
import static org.accrual.core.Client.enroll;
import static org.accrual.core.Client.info;
import static org.accrual.core.Client.requestId;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.google.longrunning.ListOperationsRequest;
import com.google.protobuf.Timestamp;
import com.google.rpc.BadRequest;
import com.google.rpc.BadRequest.FieldViolation;
import io.grpc.Status.Code;
import io.grpc.StatusRuntimeException;
import io.grpc.protobuf.StatusProto;
import java.time.Instant;
import java.util.UUID;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.accrual.api.enrollment.v1.Consent;
import org.accrual.api.enrollment.v1.Eligibility;
import org.accrual.api.enrollment.v1.EnrollPatientRequest;
import org.accrual.api.enrollment.v1.RecordConsentRequest;
import org.accrual.api.enrollment.v1.RecordEligibilityRequest;
import org.accrual.api.enrollment.v1.ScreenPatientRequest;
import org.accrual.api.enrollment.v1.WithdrawPatientRequest;
import org.accrual.api.study.v1.ActivateSiteRequest;
import org.accrual.api.study.v1.ActivateStudyRequest;
import org.accrual.api.study.v1.Arm;
import org.accrual.api.study.v1.DeactivateSiteRequest;
import org.accrual.api.study.v1.GetStudyRequest;
import org.accrual.api.study.v1.Kit;
import org.accrual.api.study.v1.ListStudiesRequest;
import org.accrual.api.study.v1.ReceiveKitsRequest;
import org.accrual.api.study.v1.RegisterStudyRequest;
import org.accrual.api.study.v1.SuspendAccrualRequest;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Every bad input has its status and reason, and writes nothing. */
class BadInputIT {
  private static RunningCore core;
  private static Client client;
  private static StoredFixtures stored;
  private static String study;

  @BeforeAll
  static void start() {
    core = RunningCore.start();
    client = new Client(core.channel());
    stored = new StoredFixtures(core.jdbcUrl());
    study = client.openStudy(5);
    client.enrollments.enrollPatient(enroll(study, "taken").build());
  }

  @AfterAll
  static void stop() {
    core.close();
  }

  private static StatusRuntimeException refused(Supplier<?> call) {
    StoredContent before = stored.everything();
    StatusRuntimeException error = catchThrowableOfType(StatusRuntimeException.class, call::get);
    assertThat(error).as("an error").isNotNull();
    assertThat(stored.everything()).as("nothing written").isEqualTo(before);
    assertThat(info(error).getDomain()).isEqualTo("accrual");
    return error;
  }

  private static EnrollPatientRequest.Builder request() {
    return enroll(study, "P-" + UUID.randomUUID());
  }

  static Stream<Arguments> malformed() {
    Timestamp wrongNanos = Timestamp.newBuilder().setNanos(-1).build();
    Timestamp year10000 = Timestamp.newBuilder().setSeconds(253_402_300_800L).build();
    return Stream.of(
        Arguments.of(request().setRequestId(""), "request_id"),
        Arguments.of(request().setRequestId("no spaces"), "request_id"),
        Arguments.of(request().clearStudyId(), "study_id"),
        Arguments.of(request().setStudyId("a/b"), "study_id"),
        Arguments.of(request().setSiteId("x".repeat(65)), "site_id"),
        Arguments.of(request().setPatientId("Jane Doe"), "patient_id"),
        Arguments.of(request().clearEnrolledBy(), "enrolled_by"),
        Arguments.of(
            request().setConsent(Consent.newBuilder().setVersion("1")), "consent.signed_at"),
        Arguments.of(
            request().setConsent(Consent.newBuilder().setVersion("1").setSignedAt(wrongNanos)),
            "consent.signed_at.nanos"),
        Arguments.of(
            request().setConsent(Consent.newBuilder().setVersion("1").setSignedAt(year10000)),
            "consent.signed_at"),
        Arguments.of(
            request().setEligibility(eligibility().toBuilder().clearEligible()),
            "eligibility.eligible"),
        Arguments.of(
            request().setEligibility(eligibility().toBuilder().putStrata("sex", "")),
            "eligibility.strata[\"sex\"]"));
  }

  @ParameterizedTest
  @MethodSource("malformed")
  void malformedFieldsAreNamed(EnrollPatientRequest.Builder request, String field) {
    StatusRuntimeException error = refused(() -> client.enrollments.enrollPatient(request.build()));
    assertThat(error.getStatus().getCode()).isEqualTo(Code.INVALID_ARGUMENT);
    assertThat(info(error).getReason()).isEqualTo("INVALID_ARGUMENT");
    assertThat(detail(StatusProto.fromThrowable(error), BadRequest.class).getFieldViolationsList())
        .extracting(FieldViolation::getField)
        .contains(field);
  }

  static Stream<Arguments> refusedFields() {
    return Stream.of(
        Arguments.of(
            "capacity",
            call(
                () ->
                    client.studies.activateSite(
                        ActivateSiteRequest.newBuilder()
                            .setRequestId(requestId())
                            .setStudyId(study)
                            .setSiteId("V8")
                            .build()))),
        Arguments.of("title", call(() -> client.studies.registerStudy(titled("Phase II\0")))),
        Arguments.of("title", call(() -> client.studies.registerStudy(titled("two\nlines")))),
        Arguments.of("title", call(() -> client.studies.registerStudy(titled("Cafe\u0301")))),
        Arguments.of("title", call(() -> client.studies.registerStudy(titled("\u202Eabc")))),
        Arguments.of(
            "reason",
            call(
                () ->
                    client.enrollments.withdrawPatient(
                        WithdrawPatientRequest.newBuilder()
                            .setRequestId(requestId())
                            .setEnrollmentId(UUID.randomUUID().toString())
                            .setReason("moved away\0")
                            .setWithdrawnBy("ada")
                            .build()))),
        Arguments.of(
            "eligibility.strata[\"sex\"]",
            call(
                () ->
                    client.enrollments.enrollPatient(
                        request()
                            .setEligibility(eligibility().toBuilder().putStrata("sex", "f\u007F"))
                            .build()))),
        Arguments.of(
            "page_token",
            call(
                () ->
                    client.studies.listStudies(
                        ListStudiesRequest.newBuilder().setPageToken("AA").build()))),
        Arguments.of(
            "filter",
            call(
                () ->
                    client.operations.listOperations(
                        ListOperationsRequest.newBuilder()
                            .setFilter("metadata.patient_id = \"a\0\"")
                            .build()))));
  }

  private static Supplier<?> call(Supplier<?> call) {
    return call;
  }

  private static RegisterStudyRequest titled(String title) {
    return Client.study("S-" + UUID.randomUUID()).setTitle(title).build();
  }

  @ParameterizedTest
  @MethodSource("refusedFields")
  @DisplayName("A field that is left out or has a forbidden character is refused and named")
  void refusedFieldsAreNamed(String field, Supplier<?> call) {
    StatusRuntimeException error = refused(call);
    assertReason(error, Code.INVALID_ARGUMENT, "INVALID_ARGUMENT");
    assertThat(detail(StatusProto.fromThrowable(error), BadRequest.class).getFieldViolationsList())
        .extracting(FieldViolation::getField)
        .contains(field);
  }

  @Test
  @DisplayName("400 invalid kits are answered, and the connection serves the next call")
  void manyInvalidKits() {
    ReceiveKitsRequest.Builder kits =
        ReceiveKitsRequest.newBuilder().setRequestId(requestId()).setStudyId(study).setSiteId("V1");
    for (int i = 0; i < 400; i++) {
      kits.addKits(Kit.newBuilder().setKitId("KIT " + i).setArmId("A"));
    }
    StatusRuntimeException error = refused(() -> client.studies.receiveKits(kits.build()));
    assertReason(error, Code.INVALID_ARGUMENT, "INVALID_ARGUMENT");
    assertThat(info(error).getMetadataMap()).containsEntry("violations_omitted", "380");
    assertThat(client.studies.getStudy(GetStudyRequest.newBuilder().setStudyId(study).build()))
        .isNotNull();
  }

  static Stream<Arguments> refusals() {
    Consent future =
        Consent.newBuilder()
            .setVersion("1")
            .setSignedAt(Timestamp.newBuilder().setSeconds(Instant.now().getEpochSecond() + 3600))
            .build();
    return Stream.of(
        Arguments.of(request().setStudyId("none"), Code.NOT_FOUND, "STUDY_NOT_FOUND"),
        Arguments.of(request().setSiteId("none"), Code.NOT_FOUND, "SITE_NOT_FOUND"),
        Arguments.of(
            request().setPatientId("taken"), Code.ALREADY_EXISTS, "PATIENT_ALREADY_ENROLLED"),
        Arguments.of(request().clearConsent(), Code.FAILED_PRECONDITION, "CONSENT_REQUIRED"),
        Arguments.of(request().setConsent(future), Code.FAILED_PRECONDITION, "CONSENT_IN_FUTURE"),
        Arguments.of(
            request().clearEligibility(), Code.FAILED_PRECONDITION, "ELIGIBILITY_REQUIRED"),
        Arguments.of(
            request().setEligibility(eligibility().toBuilder().setEligible(false)),
            Code.FAILED_PRECONDITION,
            "PATIENT_NOT_ELIGIBLE"),
        Arguments.of(
            request().setEligibility(eligibility().toBuilder().putStrata("age", "old")),
            Code.FAILED_PRECONDITION,
            "STRATA_MISMATCH"),
        Arguments.of(
            request()
                .setEligibility(Eligibility.newBuilder().setEligible(true).setCriteriaVersion("1")),
            Code.FAILED_PRECONDITION,
            "STRATA_MISMATCH"));
  }

  @ParameterizedTest
  @MethodSource("refusals")
  void refusalsHaveTheirReason(EnrollPatientRequest.Builder request, Code code, String reason) {
    StatusRuntimeException error = refused(() -> client.enrollments.enrollPatient(request.build()));
    assertThat(error.getStatus().getCode()).isEqualTo(code);
    assertThat(info(error).getReason()).isEqualTo(reason);
    assertThat(info(error).getMetadataMap())
        .containsEntry("study_id", request.getStudyId())
        .containsEntry("patient_id", request.getPatientId());
  }

  @Test
  void anInactiveStudyOrSiteAcceptsNobody() {
    String suspended = client.openStudy(5);
    client.studies.suspendAccrual(
        SuspendAccrualRequest.newBuilder()
            .setRequestId(requestId())
            .setStudyId(suspended)
            .setReason("interim analysis")
            .build());
    assertReason(
        refused(() -> client.enrollments.enrollPatient(enroll(suspended, "P1").build())),
        Code.FAILED_PRECONDITION,
        "STUDY_NOT_ACTIVE");
    client.activateSite(study, "V2", 5);
    client.studies.deactivateSite(
        DeactivateSiteRequest.newBuilder()
            .setRequestId(requestId())
            .setStudyId(study)
            .setSiteId("V2")
            .setReason("audit")
            .build());
    assertReason(
        refused(() -> client.enrollments.enrollPatient(request().setSiteId("V2").build())),
        Code.FAILED_PRECONDITION,
        "SITE_NOT_ACTIVE");
  }

  @Test
  void screeningAPatientWhoHasALiveEnrollment() {
    ScreenPatientRequest request =
        ScreenPatientRequest.newBuilder()
            .setRequestId(requestId())
            .setStudyId(study)
            .setSiteId("V1")
            .setPatientId("taken")
            .setScreenedBy("nurse-b")
            .build();
    StatusRuntimeException error = refused(() -> client.enrollments.screenPatient(request));
    assertReason(error, Code.ALREADY_EXISTS, "PATIENT_ALREADY_ENROLLED");
    assertThat(info(error).getMetadataMap()).containsKey("enrollment_id");
  }

  @Test
  void anUnknownEnrollment() {
    String nobody = UUID.randomUUID().toString();
    assertReason(
        refused(
            () ->
                client.enrollments.recordConsent(
                    RecordConsentRequest.newBuilder()
                        .setRequestId(requestId())
                        .setEnrollmentId(nobody)
                        .setConsent(Client.consent())
                        .setRecordedBy("nurse-b")
                        .build())),
        Code.NOT_FOUND,
        "ENROLLMENT_NOT_FOUND");
    assertReason(
        refused(
            () ->
                client.enrollments.recordEligibility(
                    RecordEligibilityRequest.newBuilder()
                        .setRequestId(requestId())
                        .setEnrollmentId(nobody)
                        .setEligibility(eligibility())
                        .setAssessedBy("dr-a")
                        .build())),
        Code.NOT_FOUND,
        "ENROLLMENT_NOT_FOUND");
    assertReason(
        refused(
            () ->
                client.enrollments.withdrawPatient(
                    WithdrawPatientRequest.newBuilder()
                        .setRequestId(requestId())
                        .setEnrollmentId(nobody)
                        .setReason("moved")
                        .setWithdrawnBy("dr-a")
                        .build())),
        Code.NOT_FOUND,
        "ENROLLMENT_NOT_FOUND");
  }

  @Test
  void eligibilityBeforeConsent() {
    String id =
        client
            .enrollments
            .screenPatient(
                ScreenPatientRequest.newBuilder()
                    .setRequestId(requestId())
                    .setStudyId(study)
                    .setSiteId("V1")
                    .setPatientId("P-" + UUID.randomUUID())
                    .setScreenedBy("nurse-b")
                    .build())
            .getEnrollment()
            .getEnrollmentId();
    assertReason(
        refused(
            () ->
                client.enrollments.recordEligibility(
                    RecordEligibilityRequest.newBuilder()
                        .setRequestId(requestId())
                        .setEnrollmentId(id)
                        .setEligibility(eligibility())
                        .setAssessedBy("dr-a")
                        .build())),
        Code.FAILED_PRECONDITION,
        "CONSENT_REQUIRED");
  }

  @Test
  void badStudies() {
    assertReason(
        refused(
            () ->
                client.studies.registerStudy(
                    Client.study("new")
                        .addArms(Arm.newBuilder().setArmId("A").setRatio(1))
                        .build())),
        Code.INVALID_ARGUMENT,
        "INVALID_ARGUMENT");
    assertReason(
        refused(() -> client.studies.registerStudy(Client.study("new").clearArms().build())),
        Code.INVALID_ARGUMENT,
        "INVALID_ARGUMENT");
    assertReason(
        refused(() -> client.studies.registerStudy(Client.study(study).build())),
        Code.ALREADY_EXISTS,
        "STUDY_EXISTS");
    assertReason(
        refused(
            () ->
                client.studies.activateStudy(
                    ActivateStudyRequest.newBuilder()
                        .setRequestId(requestId())
                        .setStudyId(study)
                        .build())),
        Code.FAILED_PRECONDITION,
        "STUDY_TRANSITION_NOT_ALLOWED");
    assertReason(
        refused(
            () -> client.studies.getStudy(GetStudyRequest.newBuilder().setStudyId("none").build())),
        Code.NOT_FOUND,
        "STUDY_NOT_FOUND");
    assertReason(
        refused(
            () ->
                client.studies.listStudies(
                    ListStudiesRequest.newBuilder().setPageToken("*").build())),
        Code.INVALID_ARGUMENT,
        "INVALID_ARGUMENT");
  }

  static Stream<String> wrongZones() {
    return Stream.of("Europe/Atlantis", "+02:00", "UTC+2", "nonsense zone", "CET");
  }

  @ParameterizedTest
  @MethodSource("wrongZones")
  void aTimeZoneThatIsNoneOfIana(String zone) {
    StatusRuntimeException error =
        refused(
            () ->
                client.studies.activateSite(
                    ActivateSiteRequest.newBuilder()
                        .setRequestId(requestId())
                        .setStudyId(study)
                        .setSiteId("V9")
                        .setCapacity(1)
                        .setTimeZone(zone)
                        .build()));
    assertReason(error, Code.INVALID_ARGUMENT, "INVALID_ARGUMENT");
    assertThat(detail(StatusProto.fromThrowable(error), BadRequest.class).getFieldViolationsList())
        .extracting(FieldViolation::getField)
        .containsExactly("time_zone");
  }

  @Test
  void anOversizeMessage() {
    StatusRuntimeException error =
        refused(
            () ->
                client.studies.registerStudy(
                    Client.study("big").setTitle("x".repeat(2 * 1024 * 1024)).build()));
    assertReason(error, Code.RESOURCE_EXHAUSTED, "MESSAGE_TOO_LARGE");
  }

  private static void assertReason(StatusRuntimeException error, Code code, String reason) {
    assertThat(error.getStatus().getCode()).isEqualTo(code);
    assertThat(info(error).getReason()).isEqualTo(reason);
    assertThat(error.getStatus().getDescription()).isNotBlank();
  }
}
