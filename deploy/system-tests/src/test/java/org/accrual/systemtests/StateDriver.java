package org.accrual.systemtests;

import com.google.longrunning.CancelOperationRequest;
import com.google.longrunning.Operation;
import com.google.protobuf.Timestamp;
import java.util.UUID;
import org.accrual.api.enrollment.v1.Consent;
import org.accrual.api.enrollment.v1.CorrectEligibilityRequest;
import org.accrual.api.enrollment.v1.Eligibility;
import org.accrual.api.enrollment.v1.EnrollPatientRequest;
import org.accrual.api.enrollment.v1.Enrollment;
import org.accrual.api.enrollment.v1.EnrollmentServiceGrpc.EnrollmentServiceBlockingStub;
import org.accrual.api.enrollment.v1.OffStudyCause;
import org.accrual.api.enrollment.v1.RecordConsentRequest;
import org.accrual.api.enrollment.v1.RecordEligibilityRequest;
import org.accrual.api.enrollment.v1.RescreenPatientRequest;
import org.accrual.api.enrollment.v1.ReverseWithdrawalRequest;
import org.accrual.api.enrollment.v1.ScreenPatientRequest;
import org.accrual.api.enrollment.v1.StartFollowUpRequest;
import org.accrual.api.enrollment.v1.TakeOffStudyRequest;
import org.accrual.api.enrollment.v1.UnblindRequest;
import org.accrual.api.enrollment.v1.WithdrawPatientRequest;

/** Brings patients of one study to each state of {@code STATES.md} and sends them each command. */
final class StateDriver {
  private static final String SITE = "S1";
  private static final String WHO = "investigator-1";

  private final SiteClient client;
  private final String study;

  StateDriver(SiteClient client, String study) {
    this.client = client;
    this.study = study;
  }

  /** Brings a new patient to a state and returns the enrollment's id. */
  String bring(String patient, String state) {
    return switch (state) {
      case "screening" -> screen(patient).getEnrollmentId();
      case "consented" -> send("RecordConsent", patient, bring(patient, "screening"));
      case "eligible" -> send("RecordEligibility (eligible)", patient, bring(patient, "consented"));
      case "ineligible" ->
          send("RecordEligibility (not eligible)", patient, bring(patient, "consented"));
      case "withdrawn" -> send("WithdrawPatient", patient, bring(patient, "screening"));
      case "pending-on-study" -> SiteClient.metadata(enroll(patient)).getEnrollmentId();
      case "compensating" -> {
        Operation started = enroll(patient);
        var _ =
            client
                .operations()
                .cancelOperation(
                    CancelOperationRequest.newBuilder().setName(started.getName()).build());
        yield SiteClient.metadata(started).getEnrollmentId();
      }
      case "on-study" ->
          SiteClient.metadata(client.enrolled(enrollment(patient, "enroll-" + patient)))
              .getEnrollmentId();
      case "follow-up" -> send("StartFollowUp", patient, bring(patient, "on-study"));
      case "off-study" -> send("TakeOffStudy", patient, bring(patient, "on-study"));
      default -> throw new IllegalArgumentException("no way to " + state);
    };
  }

  /** Sends a command about an enrollment and returns the id of the enrollment that it answers. */
  private String send(String command, String patient, String id) {
    return answer(command, patient, id).getEnrollmentId();
  }

  /**
   * Sends a command and returns the enrollment in its answer; of EnrollPatient, as it is requested.
   *
   * @throws io.grpc.StatusRuntimeException if the command is refused
   */
  Enrollment answer(String command, String patient, String id) {
    return switch (command) {
      case "ScreenPatient" -> screen(patient);
      case "RecordConsent" ->
          core()
              .recordConsent(
                  RecordConsentRequest.newBuilder()
                      .setRequestId(request())
                      .setEnrollmentId(id)
                      .setConsent(consent())
                      .setRecordedBy(WHO)
                      .build())
              .getEnrollment();
      case "RecordEligibility (eligible)" -> assess(id, true);
      case "RecordEligibility (not eligible)" -> assess(id, false);
      case "CorrectEligibility (eligible)" -> correct(id, true);
      case "CorrectEligibility (not eligible)" -> correct(id, false);
      case "EnrollPatient" -> {
        var metadata = SiteClient.metadata(core().enrollPatient(enrollment(patient, request())));
        yield Enrollment.newBuilder().setEnrollmentId(metadata.getEnrollmentId()).build();
      }
      case "WithdrawPatient" ->
          core()
              .withdrawPatient(
                  WithdrawPatientRequest.newBuilder()
                      .setRequestId(request())
                      .setEnrollmentId(id)
                      .setReason("moved away")
                      .setWithdrawnBy(WHO)
                      .build())
              .getEnrollment();
      case "ReverseWithdrawal" ->
          core()
              .reverseWithdrawal(
                  ReverseWithdrawalRequest.newBuilder()
                      .setRequestId(request())
                      .setEnrollmentId(id)
                      .setReason("the wrong patient")
                      .setReversedBy(WHO)
                      .build())
              .getEnrollment();
      case "RescreenPatient" ->
          core()
              .rescreenPatient(
                  RescreenPatientRequest.newBuilder()
                      .setRequestId(request())
                      .setPreviousEnrollmentId(id)
                      .setScreenedBy(WHO)
                      .build())
              .getEnrollment();
      case "StartFollowUp" ->
          core()
              .startFollowUp(
                  StartFollowUpRequest.newBuilder()
                      .setRequestId(request())
                      .setEnrollmentId(id)
                      .setRecordedBy(WHO)
                      .build())
              .getEnrollment();
      case "TakeOffStudy" ->
          core()
              .takeOffStudy(
                  TakeOffStudyRequest.newBuilder()
                      .setRequestId(request())
                      .setEnrollmentId(id)
                      .setReason("done")
                      .setRecordedBy(WHO)
                      .setCause(OffStudyCause.OFF_STUDY_CAUSE_COMPLETED)
                      .build())
              .getEnrollment();
      case "Unblind" -> unblind(id);
      default -> throw new IllegalArgumentException("no such command: " + command);
    };
  }

  private Enrollment screen(String patient) {
    return core()
        .screenPatient(
            ScreenPatientRequest.newBuilder()
                .setRequestId(request())
                .setStudyId(study)
                .setSiteId(SITE)
                .setPatientId(patient)
                .setScreenedBy(WHO)
                .build())
        .getEnrollment();
  }

  private Operation enroll(String patient) {
    return core().enrollPatient(enrollment(patient, request()));
  }

  private EnrollPatientRequest enrollment(String patient, String requestId) {
    return SiteClient.enroll(study, SITE, patient).toBuilder().setRequestId(requestId).build();
  }

  private Enrollment assess(String id, boolean eligible) {
    return core()
        .recordEligibility(
            RecordEligibilityRequest.newBuilder()
                .setRequestId(request())
                .setEnrollmentId(id)
                .setEligibility(eligibility(eligible))
                .setAssessedBy(WHO)
                .build())
        .getEnrollment();
  }

  /**
   * Corrects as the table has it: eligible by another version of the criteria, or not eligible by
   * the recorded one, which changes nothing, and is refused, where that is recorded already.
   */
  private Enrollment correct(String id, boolean eligible) {
    return core()
        .correctEligibility(
            CorrectEligibilityRequest.newBuilder()
                .setRequestId(request())
                .setEnrollmentId(id)
                .setEligibility(
                    eligibility(eligible).toBuilder().setCriteriaVersion(eligible ? "v2" : "v1"))
                .setReason("a laboratory mistake")
                .setCorrectedBy(WHO)
                .build())
        .getEnrollment();
  }

  /** Sends one request again until the arm is there. */
  private Enrollment unblind(String id) {
    UnblindRequest request =
        UnblindRequest.newBuilder()
            .setRequestId(request())
            .setEnrollmentId(id)
            .setReason("an emergency")
            .setUnblindedBy(WHO)
            .build();
    return SiteClient.untilAnswered(() -> core().unblind(request)).getEnrollment();
  }

  private EnrollmentServiceBlockingStub core() {
    return client.enrollments();
  }

  private static Consent consent() {
    return Consent.newBuilder()
        .setVersion("v1")
        .setSignedAt(Timestamp.newBuilder().setSeconds(1_700_000_000))
        .build();
  }

  private static Eligibility eligibility(boolean eligible) {
    return Eligibility.newBuilder().setEligible(eligible).setCriteriaVersion("v1").build();
  }

  private static String request() {
    return UUID.randomUUID().toString();
  }
}
