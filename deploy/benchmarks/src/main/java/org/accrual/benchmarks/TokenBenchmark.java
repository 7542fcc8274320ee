package org.accrual.benchmarks;

import com.google.protobuf.Timestamp;
import io.grpc.ManagedChannel;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.accrual.api.enrollment.v1.Consent;
import org.accrual.api.enrollment.v1.EnrollmentServiceGrpc;
import org.accrual.api.enrollment.v1.RecordConsentRequest;
import org.accrual.api.enrollment.v1.ScreenPatientRequest;
import org.accrual.api.query.v1.EnrollmentQueryServiceGrpc;
import org.accrual.api.query.v1.GetEnrollmentRequest;
import org.accrual.embedded.Folders;
import org.accrual.local.Stack;
import org.accrual.local.StackSettings;

/**
 * Reads right after each command with the command's token, through the whole stack: an older
 * version is never shown, and the wait is what the reader pays for that.
 */
final class TokenBenchmark {
  private static final int WARMUPS = 500;
  private static final int TRIES = 1000;

  private final EnrollmentServiceGrpc.EnrollmentServiceBlockingStub commands;
  private final EnrollmentQueryServiceGrpc.EnrollmentQueryServiceBlockingStub queries;

  private TokenBenchmark(ManagedChannel core, ManagedChannel consumers) {
    this.commands = EnrollmentServiceGrpc.newBlockingStub(core);
    this.queries = EnrollmentQueryServiceGrpc.newBlockingStub(consumers);
  }

  static void run(Bench.Options options) throws Exception {
    Path folder = Files.createTempDirectory("accrual-benchmark");
    try (Stack stack = new Stack(StackSettings.beside(folder), TokenBenchmark::say)) {
      stack.start(false);
      int corePort = stack.addresses().ports().coreGrpc();
      try (EnrollClient client = new EnrollClient("study", corePort).opened()) {
        ManagedChannel core = channel(corePort);
        ManagedChannel consumers = channel(stack.addresses().ports().consumersGrpc());
        List<Long> waits = new TokenBenchmark(core, consumers).waits();
        core.shutdownNow();
        consumers.shutdownNow();
        Report report = new Report("tokens");
        report.latency("wait of a read with a token", waits);
        System.out.printf("%d reads, none older than its token%n", TRIES);
        report.write(options.json());
      }
    } finally {
      Folders.delete(folder);
    }
  }

  private static void say(String line) {
    System.out.println(line);
  }

  private List<Long> waits() {
    List<Long> waits = new ArrayList<>();
    for (int i = -WARMUPS; i < TRIES; i++) {
      long wait = wait(i);
      if (i >= 0) {
        waits.add(wait);
      }
    }
    return waits;
  }

  /**
   * Screens a patient and records a consent, and reads after both; answers the second wait in
   * nanoseconds.
   */
  private long wait(int i) {
    String name = "T" + (i + WARMUPS);
    var screened =
        commands.screenPatient(
            ScreenPatientRequest.newBuilder()
                .setRequestId(name)
                .setStudyId(EnrollClient.STUDY)
                .setSiteId(EnrollClient.SITE)
                .setPatientId(name)
                .setScreenedBy("benchmark")
                .build());
    String id = screened.getEnrollment().getEnrollmentId();
    read(id, screened.getConsistencyToken(), screened.getEnrollment().getVersion());
    var consented =
        commands.recordConsent(
            RecordConsentRequest.newBuilder()
                .setRequestId(name)
                .setEnrollmentId(id)
                .setRecordedBy("benchmark")
                .setConsent(
                    Consent.newBuilder()
                        .setVersion("1")
                        .setSignedAt(Timestamp.newBuilder().setSeconds(1_700_000_000)))
                .build());
    long begin = System.nanoTime();
    read(id, consented.getConsistencyToken(), consented.getEnrollment().getVersion());
    return System.nanoTime() - begin;
  }

  private void read(String id, String token, long version) {
    long seen =
        queries
            .getEnrollment(
                GetEnrollmentRequest.newBuilder()
                    .setEnrollmentId(id)
                    .setMinConsistencyToken(token)
                    .build())
            .getEnrollment()
            .getVersion();
    if (seen < version) {
      throw new IllegalStateException(
          "read version %d with a token of version %d".formatted(seen, version));
    }
  }

  private static ManagedChannel channel(int port) {
    return NettyChannelBuilder.forAddress("127.0.0.1", port).usePlaintext().build();
  }
}
