package org.accrual.benchmarks;

import com.google.protobuf.Timestamp;
import io.grpc.ClientInterceptor;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.grpc.stub.MetadataUtils;
import java.util.concurrent.atomic.AtomicLong;
import org.accrual.api.enrollment.v1.Consent;
import org.accrual.api.enrollment.v1.Eligibility;
import org.accrual.api.enrollment.v1.EnrollPatientRequest;
import org.accrual.api.enrollment.v1.EnrollmentServiceGrpc;
import org.accrual.api.study.v1.ActivateSiteRequest;
import org.accrual.api.study.v1.ActivateStudyRequest;
import org.accrual.api.study.v1.Arm;
import org.accrual.api.study.v1.RegisterStudyRequest;
import org.accrual.api.study.v1.StudyServiceGrpc;
import org.accrual.contract.RequestMetadata;

/** EnrollPatient through gRPC, each time another patient. */
final class EnrollClient implements Contender {
  static final String STUDY = "BENCH";
  static final String SITE = "S1";
  private static final int CAPACITY = 100_000;

  private final String name;
  private final ManagedChannel channel;
  private final AtomicLong patients = new AtomicLong();

  EnrollClient(String name, int port) {
    this.name = name;
    this.channel = NettyChannelBuilder.forAddress("127.0.0.1", port).usePlaintext().build();
  }

  /** Opens the study and the site that the patients enroll at. */
  EnrollClient opened() {
    openStudy();
    var _ =
        StudyServiceGrpc.newBlockingStub(channel)
            .activateSite(
                ActivateSiteRequest.newBuilder()
                    .setRequestId("site")
                    .setStudyId(STUDY)
                    .setSiteId(SITE)
                    .setCapacity(CAPACITY)
                    .build());
    return this;
  }

  /** Opens the study only. */
  void openStudy() {
    var studies = StudyServiceGrpc.newBlockingStub(channel);
    var _ =
        studies.registerStudy(
            RegisterStudyRequest.newBuilder()
                .setRequestId("register")
                .setStudyId(STUDY)
                .setTitle("Benchmark")
                .addArms(Arm.newBuilder().setArmId("A").setRatio(1))
                .addArms(Arm.newBuilder().setArmId("B").setRatio(1))
                .setTarget(1_000_000)
                .build());
    var _ =
        studies.activateStudy(
            ActivateStudyRequest.newBuilder().setRequestId("activate").setStudyId(STUDY).build());
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public void operate(int client) {
    var _ =
        EnrollmentServiceGrpc.newBlockingStub(channel)
            .enrollPatient(request(SITE, Long.toString(patients.incrementAndGet())));
  }

  /** One enrollment under a correlation id, by which its rows are found. */
  void template(String correlation) {
    var _ =
        EnrollmentServiceGrpc.newBlockingStub(channel)
            .withInterceptors(correlation(correlation))
            .enrollPatient(request(SITE, correlation));
  }

  /** Gives calls a correlation id. */
  static ClientInterceptor correlation(String id) {
    Metadata metadata = new Metadata();
    metadata.put(
        Metadata.Key.of(RequestMetadata.CORRELATION_ID, Metadata.ASCII_STRING_MARSHALLER), id);
    return MetadataUtils.newAttachHeadersInterceptor(metadata);
  }

  static EnrollPatientRequest request(String site, String patient) {
    return EnrollPatientRequest.newBuilder()
        .setRequestId("enroll-" + patient)
        .setStudyId(STUDY)
        .setSiteId(site)
        .setPatientId("P-" + patient)
        .setEnrolledBy("benchmark")
        .setConsent(
            Consent.newBuilder()
                .setVersion("1")
                .setSignedAt(Timestamp.newBuilder().setSeconds(1_700_000_000)))
        .setEligibility(Eligibility.newBuilder().setEligible(true).setCriteriaVersion("1"))
        .build();
  }

  @Override
  public void close() {
    channel.shutdownNow();
  }
}
