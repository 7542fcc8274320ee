package org.accrual.core;

import com.google.longrunning.Operation;
import com.google.longrunning.OperationsGrpc;
import com.google.protobuf.Any;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import com.google.protobuf.Timestamp;
import com.google.rpc.ErrorInfo;
import com.google.rpc.Status;
import io.grpc.ManagedChannel;
import io.grpc.StatusRuntimeException;
import io.grpc.protobuf.StatusProto;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.accrual.api.enrollment.v1.Consent;
import org.accrual.api.enrollment.v1.Eligibility;
import org.accrual.api.enrollment.v1.EnrollPatientMetadata;
import org.accrual.api.enrollment.v1.EnrollPatientRequest;
import org.accrual.api.enrollment.v1.EnrollmentServiceGrpc;
import org.accrual.api.study.v1.ActivateSiteRequest;
import org.accrual.api.study.v1.ActivateStudyRequest;
import org.accrual.api.study.v1.Arm;
import org.accrual.api.study.v1.RegisterStudyRequest;
import org.accrual.api.study.v1.StratificationFactor;
import org.accrual.api.study.v1.StudyServiceGrpc;

/** What a site system does, in short. */
public final class Client {
  public final StudyServiceGrpc.StudyServiceBlockingStub studies;
  public final EnrollmentServiceGrpc.EnrollmentServiceBlockingStub enrollments;
  public final OperationsGrpc.OperationsBlockingStub operations;

  public Client(ManagedChannel channel) {
    studies = StudyServiceGrpc.newBlockingStub(channel);
    enrollments = EnrollmentServiceGrpc.newBlockingStub(channel);
    operations = OperationsGrpc.newBlockingStub(channel);
  }

  public static String requestId() {
    return "r-" + UUID.randomUUID();
  }

  public static RegisterStudyRequest.Builder study(String studyId) {
    return RegisterStudyRequest.newBuilder()
        .setRequestId(requestId())
        .setStudyId(studyId)
        .setTitle("Study " + studyId)
        .addArms(Arm.newBuilder().setArmId("A").setRatio(1))
        .addArms(Arm.newBuilder().setArmId("B").setRatio(1))
        .addFactors(StratificationFactor.newBuilder().setName("sex").addLevels("f").addLevels("m"))
        .setTarget(100);
  }

  /** A new active study with one active site, V1. */
  public String openStudy(int capacity) {
    return openStudy(capacity, study(freshStudyId()));
  }

  /** The same, whose enrollments must be confirmed within that time. */
  public String openStudy(int capacity, Duration enrollmentExpiry) {
    return openStudy(
        capacity,
        study(freshStudyId())
            .setEnrollmentExpiry(
                com.google.protobuf.Duration.newBuilder()
                    .setSeconds(enrollmentExpiry.toSeconds())));
  }

  private static String freshStudyId() {
    return "S-" + UUID.randomUUID().toString().substring(0, 8);
  }

  private String openStudy(int capacity, RegisterStudyRequest.Builder registration) {
    String studyId = registration.getStudyId();
    studies.registerStudy(registration.build());
    studies.activateStudy(
        ActivateStudyRequest.newBuilder().setRequestId(requestId()).setStudyId(studyId).build());
    activateSite(studyId, "V1", capacity);
    return studyId;
  }

  public void activateSite(String studyId, String siteId, int capacity) {
    studies.activateSite(
        ActivateSiteRequest.newBuilder()
            .setRequestId(requestId())
            .setStudyId(studyId)
            .setSiteId(siteId)
            .setCapacity(capacity)
            .setTimeZone("Europe/Vienna")
            .build());
  }

  public static Consent consent() {
    return Consent.newBuilder()
        .setVersion("2.0")
        .setSignedAt(
            Timestamp.newBuilder()
                .setSeconds(Instant.parse("2026-01-02T03:04:05Z").getEpochSecond()))
        .build();
  }

  public static Eligibility eligibility() {
    return Eligibility.newBuilder()
        .setEligible(true)
        .setCriteriaVersion("1.0")
        .putStrata("sex", "f")
        .build();
  }

  /** All in one call. */
  public static EnrollPatientRequest.Builder enroll(String studyId, String patientId) {
    return EnrollPatientRequest.newBuilder()
        .setRequestId(requestId())
        .setStudyId(studyId)
        .setSiteId("V1")
        .setPatientId(patientId)
        .setEnrolledBy("dr-a")
        .setConsent(consent())
        .setEligibility(eligibility());
  }

  public static EnrollPatientMetadata metadata(Operation operation) {
    return unpacked(operation.getMetadata(), EnrollPatientMetadata.class);
  }

  public static ErrorInfo info(StatusRuntimeException error) {
    return info(StatusProto.fromThrowable(error));
  }

  public static ErrorInfo info(Status status) {
    return detail(status, ErrorInfo.class);
  }

  public static <M extends Message> M detail(Status status, Class<M> type) {
    List<Any> found = status.getDetailsList().stream().filter(any -> any.is(type)).toList();
    if (found.size() != 1) {
      throw new AssertionError("not one " + type.getSimpleName() + " in " + status);
    }
    return unpacked(found.getFirst(), type);
  }

  public static <M extends Message> M unpacked(Any any, Class<M> type) {
    try {
      return any.unpack(type);
    } catch (InvalidProtocolBufferException other) {
      throw new AssertionError(other);
    }
  }
}
