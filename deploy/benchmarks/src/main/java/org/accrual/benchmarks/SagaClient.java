package org.accrual.benchmarks;

import com.google.longrunning.Operation;
import com.google.longrunning.OperationsGrpc;
import com.google.longrunning.WaitOperationRequest;
import com.google.protobuf.Duration;
import io.grpc.ManagedChannel;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;
import org.accrual.api.enrollment.v1.EnrollmentServiceGrpc;
import org.accrual.api.study.v1.ActivateSiteRequest;
import org.accrual.api.study.v1.Kit;
import org.accrual.api.study.v1.ReceiveKitsRequest;
import org.accrual.api.study.v1.StudyServiceGrpc;

/** Enrolls patients at several sites, each until the operation is done. */
final class SagaClient implements AutoCloseable {
  private static final int SITES = 8;
  private static final int CAPACITY = 100_000;
  private static final int KITS_OF_A_DELIVERY = 1000;
  private static final Duration LONGEST_WAIT = Duration.newBuilder().setSeconds(60).build();

  private final ManagedChannel channel;
  private final AtomicLong patients = new AtomicLong();

  private SagaClient(ManagedChannel channel) {
    this.channel = channel;
  }

  /**
   * Opens the study and its sites.
   *
   * @param patients for whom each arm has kits
   */
  static SagaClient open(int port, int patients) {
    try (EnrollClient study = new EnrollClient("study", port)) {
      study.openStudy();
    }
    SagaClient client =
        new SagaClient(NettyChannelBuilder.forAddress("127.0.0.1", port).usePlaintext().build());
    int deliveries = Math.ceilDiv(2 * patients, SITES * KITS_OF_A_DELIVERY);
    IntStream.range(0, SITES).forEach(site -> client.openSite(site, deliveries));
    return client;
  }

  private void openSite(int site, int deliveries) {
    var studies = StudyServiceGrpc.newBlockingStub(channel);
    var _ =
        studies.activateSite(
            ActivateSiteRequest.newBuilder()
                .setRequestId("site-" + site)
                .setStudyId(EnrollClient.STUDY)
                .setSiteId(name(site))
                .setCapacity(CAPACITY)
                .build());
    for (int delivery = 0; delivery < deliveries; delivery++) {
      ReceiveKitsRequest.Builder kits =
          ReceiveKitsRequest.newBuilder()
              .setRequestId("kits-%d-%d".formatted(site, delivery))
              .setStudyId(EnrollClient.STUDY)
              .setSiteId(name(site));
      for (int i = 0; i < KITS_OF_A_DELIVERY; i++) {
        kits.addKits(
            Kit.newBuilder()
                .setKitId("K-%d-%d-%d".formatted(site, delivery, i))
                .setArmId(i % 2 == 0 ? "A" : "B"));
      }
      var _ = studies.receiveKits(kits.build());
    }
  }

  /**
   * Enrolls another patient.
   *
   * @param conversation prefix of the correlation id
   * @throws IllegalStateException if the enrollment is not confirmed within a minute
   */
  void enroll(String conversation) {
    long patient = patients.incrementAndGet();
    Operation operation =
        EnrollmentServiceGrpc.newBlockingStub(channel)
            .withInterceptors(EnrollClient.correlation(conversation + patient))
            .enrollPatient(EnrollClient.request(name(patient % SITES), Long.toString(patient)));
    if (!operation.getDone()) {
      operation =
          OperationsGrpc.newBlockingStub(channel)
              .waitOperation(
                  WaitOperationRequest.newBuilder()
                      .setName(operation.getName())
                      .setTimeout(LONGEST_WAIT)
                      .build());
    }
    if (!operation.hasResponse()) {
      throw new IllegalStateException("an enrollment was not confirmed: " + operation);
    }
  }

  private static String name(long site) {
    return "S" + site;
  }

  @Override
  public void close() {
    channel.shutdownNow();
  }
}
