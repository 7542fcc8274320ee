package org.accrual.systemtests;

import com.google.longrunning.GetOperationRequest;
import com.google.longrunning.Operation;
import com.google.longrunning.OperationsGrpc;
import com.google.longrunning.OperationsGrpc.OperationsBlockingStub;
import com.google.longrunning.WaitOperationRequest;
import com.google.protobuf.Any;
import com.google.protobuf.Duration;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Timestamp;
import com.google.rpc.ErrorInfo;
import io.grpc.ManagedChannel;
import io.grpc.Status.Code;
import io.grpc.StatusRuntimeException;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;
import org.accrual.api.enrollment.v1.Consent;
import org.accrual.api.enrollment.v1.Eligibility;
import org.accrual.api.enrollment.v1.EnrollPatientMetadata;
import org.accrual.api.enrollment.v1.EnrollPatientRequest;
import org.accrual.api.enrollment.v1.EnrollmentServiceGrpc;
import org.accrual.api.enrollment.v1.EnrollmentServiceGrpc.EnrollmentServiceBlockingStub;
import org.accrual.api.notification.v1.NotificationServiceGrpc;
import org.accrual.api.notification.v1.NotificationServiceGrpc.NotificationServiceBlockingStub;
import org.accrual.api.notification.v1.SetContactRequest;
import org.accrual.api.query.v1.EnrollmentQueryServiceGrpc;
import org.accrual.api.query.v1.EnrollmentQueryServiceGrpc.EnrollmentQueryServiceBlockingStub;
import org.accrual.api.study.v1.ActivateSiteRequest;
import org.accrual.api.study.v1.ActivateStudyRequest;
import org.accrual.api.study.v1.Arm;
import org.accrual.api.study.v1.Kit;
import org.accrual.api.study.v1.ReceiveKitsRequest;
import org.accrual.api.study.v1.RegisterStudyRequest;
import org.accrual.api.study.v1.StudyServiceGrpc;
import org.accrual.api.study.v1.StudyServiceGrpc.StudyServiceBlockingStub;

/**
 * A site system as a client of the public API, one that tries again as long as a failure may pass.
 */
final class SiteClient implements AutoCloseable {
  private static final Set<Code> MAY_PASS =
      Set.of(Code.UNAVAILABLE, Code.ABORTED, Code.DEADLINE_EXCEEDED, Code.CANCELLED);
  private static final long TRY_SECONDS = 10;
  private static final int SPARE_KITS = 20;
  private static final int KITS_A_CALL = 500;
  private static final long GIVE_UP_NANOS = TimeUnit.MINUTES.toNanos(3);

  private final AtomicInteger kitNumbers = new AtomicInteger();
  private final Map<String, String> kitArms = new ConcurrentHashMap<>();
  private final ManagedChannel core;
  private final ManagedChannel consumers;

  SiteClient(int corePort, int consumersPort) {
    core = channel(corePort);
    consumers = channel(consumersPort);
  }

  private static ManagedChannel channel(int port) {
    return NettyChannelBuilder.forAddress("127.0.0.1", port).usePlaintext().build();
  }

  StudyServiceBlockingStub studies() {
    return StudyServiceGrpc.newBlockingStub(core).withDeadlineAfter(TRY_SECONDS, TimeUnit.SECONDS);
  }

  EnrollmentServiceBlockingStub enrollments() {
    return EnrollmentServiceGrpc.newBlockingStub(core)
        .withDeadlineAfter(TRY_SECONDS, TimeUnit.SECONDS);
  }

  OperationsBlockingStub operations() {
    return OperationsGrpc.newBlockingStub(core).withDeadlineAfter(TRY_SECONDS, TimeUnit.SECONDS);
  }

  /** To enrollment-core. */
  ManagedChannel core() {
    return core;
  }

  EnrollmentQueryServiceBlockingStub queries() {
    return EnrollmentQueryServiceGrpc.newBlockingStub(consumers)
        .withDeadlineAfter(TRY_SECONDS, TimeUnit.SECONDS);
  }

  NotificationServiceBlockingStub notifications() {
    return NotificationServiceGrpc.newBlockingStub(consumers)
        .withDeadlineAfter(TRY_SECONDS, TimeUnit.SECONDS);
  }

  /** To the first consumers process. */
  ManagedChannel consumers() {
    return consumers;
  }

  void setContact(String study, String patient) {
    var _ =
        untilAnswered(
            () ->
                notifications()
                    .setContact(
                        SetContactRequest.newBuilder()
                            .setStudyId(study)
                            .setPatientId(patient)
                            .setEmail(patient.toLowerCase(Locale.ROOT) + "@example.org")
                            .build()));
  }

  /** An active study of two arms with one active site that has kits for all it has room for. */
  void openSite(String study, String site, int capacity) {
    openSite(study, site, capacity, "A", "B");
  }

  void openSite(String study, String site, int capacity, String... arms) {
    openStudy(study, arms);
    // More of each arm than there are slots: whoever asks while others hold must find one too.
    openSite(study, site, capacity, capacity + SPARE_KITS, arms);
  }

  void openStudy(String study, String... arms) {
    RegisterStudyRequest.Builder register =
        RegisterStudyRequest.newBuilder()
            .setRequestId("register-" + study)
            .setStudyId(study)
            .setTitle("Study " + study)
            .setTarget(1000);
    for (String arm : arms) {
      register.addArms(Arm.newBuilder().setArmId(arm).setRatio(1));
    }
    untilAnswered(() -> studies().registerStudy(register.build()));
    ActivateStudyRequest activate =
        ActivateStudyRequest.newBuilder()
            .setRequestId("activate-" + study)
            .setStudyId(study)
            .build();
    untilAnswered(() -> studies().activateStudy(activate));
  }

  /** A site of an active study, with that many kits of each arm. */
  void openSite(String study, String site, int capacity, int kits, String... arms) {
    ActivateSiteRequest open =
        ActivateSiteRequest.newBuilder()
            .setRequestId("activate-" + study + "-" + site)
            .setStudyId(study)
            .setSiteId(site)
            .setCapacity(capacity)
            .build();
    untilAnswered(() -> studies().activateSite(open));
    for (String arm : arms) {
      for (int first = 0; first < kits; first += KITS_A_CALL) {
        ReceiveKitsRequest.Builder some =
            ReceiveKitsRequest.newBuilder()
                // Not of the arm: request ids are kept, and shown, in clear.
                .setRequestId("kits-%s-%s-%d".formatted(study, site, kitNumbers.get()))
                .setStudyId(study)
                .setSiteId(site);
        for (int i = first; i < Math.min(kits, first + KITS_A_CALL); i++) {
          String kit = "K-" + kitNumbers.incrementAndGet();
          kitArms.put(study + "/" + kit, arm);
          some.addKits(Kit.newBuilder().setKitId(kit).setArmId(arm));
        }
        untilAnswered(() -> studies().receiveKits(some.build()));
      }
    }
  }

  /** Returns the arm of a kit that this client has delivered to a site of the study. */
  String armOf(String study, String kit) {
    return kitArms.get(study + "/" + kit);
  }

  static EnrollPatientRequest enroll(String study, String site, String patient) {
    return EnrollPatientRequest.newBuilder()
        .setRequestId("enroll-" + study + "-" + patient)
        .setStudyId(study)
        .setSiteId(site)
        .setPatientId(patient)
        .setEnrolledBy("investigator-1")
        .setConsent(
            Consent.newBuilder()
                .setVersion("v1")
                .setSignedAt(Timestamp.newBuilder().setSeconds(1_700_000_000)))
        .setEligibility(Eligibility.newBuilder().setEligible(true).setCriteriaVersion("v1"))
        .build();
  }

  /** Sends with one request id until an answer comes, then waits for the operation's end. */
  Operation enrolled(EnrollPatientRequest request) {
    Operation operation = untilAnswered(() -> enrollments().enrollPatient(request));
    while (!operation.getDone()) {
      String name = operation.getName();
      operation =
          untilAnswered(
              () ->
                  operations()
                      .waitOperation(
                          WaitOperationRequest.newBuilder()
                              .setName(name)
                              .setTimeout(Duration.newBuilder().setSeconds(5))
                              .build()));
    }
    return operation;
  }

  Operation operation(String name) {
    return operations().getOperation(GetOperationRequest.newBuilder().setName(name).build());
  }

  static EnrollPatientMetadata metadata(Operation operation) {
    try {
      return operation.getMetadata().unpack(EnrollPatientMetadata.class);
    } catch (InvalidProtocolBufferException e) {
      throw new IllegalStateException(e);
    }
  }

  /** Why it was rejected; empty if it was not. */
  static String reason(Operation operation) {
    try {
      for (Any detail : operation.getError().getDetailsList()) {
        if (detail.is(ErrorInfo.class)) {
          return detail.unpack(ErrorInfo.class).getReason();
        }
      }
      return "";
    } catch (InvalidProtocolBufferException e) {
      throw new IllegalStateException(e);
    }
  }

  static <A> A untilAnswered(Supplier<A> call) {
    long giveUp = System.nanoTime() + GIVE_UP_NANOS;
    while (true) {
      try {
        return call.get();
      } catch (StatusRuntimeException failure) {
        if (!MAY_PASS.contains(failure.getStatus().getCode()) || System.nanoTime() > giveUp) {
          throw failure;
        }
        // A client's pause between tries, not a wait for a condition.
        LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(100));
      }
    }
  }

  @Override
  public void close() {
    core.shutdownNow();
    consumers.shutdownNow();
  }
}
