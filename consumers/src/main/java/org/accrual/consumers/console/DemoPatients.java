package org.accrual.consumers.console;

import com.google.longrunning.Operation;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Timestamp;
import io.grpc.Channel;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.time.Instant;
import java.util.Locale;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import org.accrual.api.enrollment.v1.Consent;
import org.accrual.api.enrollment.v1.Eligibility;
import org.accrual.api.enrollment.v1.EnrollPatientMetadata;
import org.accrual.api.enrollment.v1.EnrollPatientRequest;
import org.accrual.api.enrollment.v1.EnrollmentServiceGrpc;
import org.accrual.api.notification.v1.NotificationServiceGrpc;
import org.accrual.api.notification.v1.SetContactRequest;
import org.accrual.consumers.ConsumersSettings;

/**
 * Enrolls patients of a made-up study, in local runs, by the same calls as any site system makes.
 */
@ApplicationScoped
class DemoPatients {
  private static final String WHO = "console.demo";
  private static final long SECONDS = 10;

  private final ConsoleSettings settings;
  private final Channels channels;
  private final DemoStudy study;

  @Inject
  DemoPatients(ConsumersSettings settings, Channels channels) {
    this.settings = settings.console();
    this.channels = channels;
    this.study = new DemoStudy(channels.core());
  }

  boolean areOffered() {
    return settings.demo();
  }

  /** Answers once the request is accepted; what follows is for the page to show. */
  DemoPatient enroll() {
    study.makeReady();
    String patient = "P-" + fresh().substring(0, 6).toUpperCase(Locale.ROOT);
    String correlation = fresh();
    var _ =
        NotificationServiceGrpc.newBlockingStub(Calls.with(channels.own(), correlation, WHO))
            .withDeadlineAfter(SECONDS, TimeUnit.SECONDS)
            .setContact(
                SetContactRequest.newBuilder()
                    .setStudyId(DemoStudy.STUDY)
                    .setPatientId(patient)
                    .setEmail(patient.toLowerCase(Locale.ROOT) + "@patients.example")
                    .build());
    Channel core = Calls.with(channels.core(), correlation, WHO);
    Operation operation =
        EnrollmentServiceGrpc.newBlockingStub(core)
            .withDeadlineAfter(SECONDS, TimeUnit.SECONDS)
            .enrollPatient(request(patient));
    return new DemoPatient(patient, enrollmentOf(operation), correlation);
  }

  private static EnrollPatientRequest request(String patient) {
    Instant signed = Instant.now().minusSeconds(3600);
    return EnrollPatientRequest.newBuilder()
        .setRequestId(fresh())
        .setStudyId(DemoStudy.STUDY)
        .setSiteId(DemoStudy.SITE)
        .setPatientId(patient)
        .setEnrolledBy(WHO)
        .setConsent(
            Consent.newBuilder()
                .setVersion("1")
                .setSignedAt(Timestamp.newBuilder().setSeconds(signed.getEpochSecond())))
        .setEligibility(Eligibility.newBuilder().setEligible(true).setCriteriaVersion("1"))
        .build();
  }

  private static String enrollmentOf(Operation operation) {
    try {
      return operation.getMetadata().unpack(EnrollPatientMetadata.class).getEnrollmentId();
    } catch (InvalidProtocolBufferException notOurs) {
      throw new IllegalStateException("not the metadata of EnrollPatient", notOurs);
    }
  }

  private static String fresh() {
    return UUID.randomUUID().toString();
  }
}
