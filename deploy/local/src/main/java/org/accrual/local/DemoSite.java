package org.accrual.local;

import com.google.longrunning.Operation;
import com.google.longrunning.WaitOperationRequest;
import com.google.protobuf.Duration;
import com.google.protobuf.Timestamp;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.accrual.api.enrollment.v1.Consent;
import org.accrual.api.enrollment.v1.Eligibility;
import org.accrual.api.enrollment.v1.EnrollPatientRequest;
import org.accrual.api.enrollment.v1.Enrollment;
import org.accrual.api.enrollment.v1.RecordConsentRequest;
import org.accrual.api.enrollment.v1.RecordEligibilityRequest;
import org.accrual.api.enrollment.v1.ScreenPatientRequest;
import org.accrual.api.query.v1.GetEnrollmentRequest;
import org.accrual.api.query.v1.ListEnrollmentsRequest;
import org.accrual.api.study.v1.ActivateSiteRequest;
import org.accrual.api.study.v1.ActivateStudyRequest;
import org.accrual.api.study.v1.Arm;
import org.accrual.api.study.v1.Kit;
import org.accrual.api.study.v1.ReceiveKitsRequest;
import org.accrual.api.study.v1.RegisterStudyRequest;
import org.accrual.api.study.v1.Site;
import org.accrual.api.study.v1.StratificationFactor;
import org.accrual.api.study.v1.Study;

/** The demo's site system: what it says to the platform. */
final class DemoSite {
  private static final String SITE = "VIE-01";
  private static final String NURSE = "nurse.demo";
  private static final int OPERATION_SECONDS = 20;

  private final DemoClients clients;
  private final String study;

  DemoSite(DemoClients clients, String study) {
    this.clients = clients;
    this.study = study;
  }

  String study() {
    return study;
  }

  void registerStudy() {
    clients
        .studies()
        .registerStudy(
            RegisterStudyRequest.newBuilder()
                .setRequestId(fresh())
                .setStudyId(study)
                .setTitle("Demo of a two-armed trial")
                .addArms(Arm.newBuilder().setArmId("A").setRatio(1))
                .addArms(Arm.newBuilder().setArmId("B").setRatio(1))
                .addFactors(
                    StratificationFactor.newBuilder()
                        .setName("sex")
                        .addLevels("female")
                        .addLevels("male"))
                .setTarget(10)
                .build());
  }

  Study activateStudy() {
    return clients
        .studies()
        .activateStudy(
            ActivateStudyRequest.newBuilder().setRequestId(fresh()).setStudyId(study).build())
        .getStudy();
  }

  Site activateSite(int capacity) {
    return clients
        .studies()
        .activateSite(
            ActivateSiteRequest.newBuilder()
                .setRequestId(fresh())
                .setStudyId(study)
                .setSiteId(SITE)
                .setCapacity(capacity)
                .setTimeZone("Europe/Vienna")
                .build())
        .getSite();
  }

  /** Kits of both arms; which belongs to which is sealed on arrival. */
  Site receiveKits(int ofEachArm) {
    ReceiveKitsRequest.Builder request =
        ReceiveKitsRequest.newBuilder().setRequestId(fresh()).setStudyId(study).setSiteId(SITE);
    for (int i = 1; i <= 2 * ofEachArm; i++) {
      request.addKits(
          Kit.newBuilder().setKitId("KIT-%03d".formatted(i)).setArmId(i % 2 == 0 ? "A" : "B"));
    }
    return clients.studies().receiveKits(request.build()).getSite();
  }

  Enrollment screen(String patient) {
    return clients
        .enrollments()
        .screenPatient(
            ScreenPatientRequest.newBuilder()
                .setRequestId(fresh())
                .setStudyId(study)
                .setSiteId(SITE)
                .setPatientId(patient)
                .setScreenedBy(NURSE)
                .build())
        .getEnrollment();
  }

  void recordConsent(String enrollmentId) {
    clients
        .enrollments()
        .recordConsent(
            RecordConsentRequest.newBuilder()
                .setRequestId(fresh())
                .setEnrollmentId(enrollmentId)
                .setConsent(consent())
                .setRecordedBy(NURSE)
                .build());
  }

  Enrollment recordEligibility(String enrollmentId) {
    return clients
        .enrollments()
        .recordEligibility(
            RecordEligibilityRequest.newBuilder()
                .setRequestId(fresh())
                .setEnrollmentId(enrollmentId)
                .setEligibility(eligibility())
                .setAssessedBy(NURSE)
                .build())
        .getEnrollment();
  }

  /** Enrolls a patient of whom nothing is recorded, and waits for the outcome. */
  Enrolled enrollInOneCall(String patient) {
    return enroll(enrollment(patient));
  }

  /** Enrolls a patient whose consent and eligibility are recorded, and waits for the outcome. */
  Enrolled enrollAssessed(String patient) {
    return enroll(enrollment(patient).toBuilder().clearConsent().clearEligibility().build());
  }

  /** Sends a request once more, as a client does that has missed the answer. */
  Enrolled repeat(Enrolled before) {
    return enroll(before.request());
  }

  /** How enrolling a patient is refused; empty if it is not. */
  String refusalOfEnrolling(String patient) {
    try {
      enrollInOneCall(patient);
      return "";
    } catch (StatusRuntimeException refused) {
      return DemoClients.told(refused);
    }
  }

  /** The enrollment as the projection has it, not older than its operation. */
  Enrollment read(Enrolled one) {
    GetEnrollmentRequest request =
        GetEnrollmentRequest.newBuilder()
            .setEnrollmentId(one.enrollmentId())
            .setMinConsistencyToken(one.consistencyToken())
            .build();
    try {
      return clients.queries().getEnrollment(request).getEnrollment();
    } catch (StatusRuntimeException behind) {
      // The server waits ten seconds and then says so; a cold start may take longer.
      if (behind.getStatus().getCode() != Status.Code.UNAVAILABLE) {
        throw behind;
      }
      return clients.queries().getEnrollment(request).getEnrollment();
    }
  }

  /** The study's enrollments as the projection lists them. */
  List<Enrollment> list() {
    return clients
        .queries()
        .listEnrollments(ListEnrollmentsRequest.newBuilder().setStudyId(study).build())
        .getEnrollmentsList();
  }

  private Enrolled enroll(EnrollPatientRequest request) {
    Operation operation = clients.enrollments().enrollPatient(request);
    if (!operation.getDone()) {
      operation =
          clients
              .operations()
              .waitOperation(
                  WaitOperationRequest.newBuilder()
                      .setName(operation.getName())
                      .setTimeout(Duration.newBuilder().setSeconds(OPERATION_SECONDS))
                      .build());
    }
    return Enrolled.of(request, operation);
  }

  private EnrollPatientRequest enrollment(String patient) {
    return EnrollPatientRequest.newBuilder()
        .setRequestId(fresh())
        .setStudyId(study)
        .setSiteId(SITE)
        .setPatientId(patient)
        .setEnrolledBy(NURSE)
        .setConsent(consent())
        .setEligibility(eligibility())
        .build();
  }

  private static Consent consent() {
    Instant signed = Instant.now().minusSeconds(3600);
    return Consent.newBuilder()
        .setVersion("2.1")
        .setSignedAt(Timestamp.newBuilder().setSeconds(signed.getEpochSecond()))
        .build();
  }

  private static Eligibility eligibility() {
    return Eligibility.newBuilder()
        .setEligible(true)
        .setCriteriaVersion("1")
        .putStrata("sex", "female")
        .build();
  }

  private static String fresh() {
    return UUID.randomUUID().toString();
  }
}
