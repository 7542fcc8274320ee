package org.accrual.systemtests;

import com.google.protobuf.Timestamp;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import org.accrual.api.enrollment.v1.Consent;
import org.accrual.api.enrollment.v1.Eligibility;
import org.accrual.api.enrollment.v1.RecordConsentRequest;
import org.accrual.api.enrollment.v1.RecordEligibilityRequest;
import org.accrual.api.enrollment.v1.ScreenPatientRequest;
import org.accrual.api.enrollment.v1.ScreenPatientResponse;

/**
 * So many commands a second, each a call of its own: patients are screened, consent, and are found
 * not eligible, which is three events of an enrollment.
 */
final class PacedCommands implements AutoCloseable {
  private static final int CLIENTS = 64;

  private final SiteClient client;
  private final String study;
  private final long nanosBetween;
  private final AtomicLong turns = new AtomicLong();
  private final AtomicLong sent = new AtomicLong();
  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
  private final List<Future<?>> clients = new ArrayList<>();
  private final long begin = System.nanoTime();
  private volatile Answered latest;
  private volatile boolean over;

  /**
   * What a command was answered.
   *
   * @param version of the enrollment's stream after it
   */
  record Answered(String enrollmentId, String token, long version) {}

  PacedCommands(SiteClient client, String study, int perSecond) {
    this.client = client;
    this.study = study;
    this.nanosBetween = TimeUnit.SECONDS.toNanos(1) / perSecond;
    for (int i = 0; i < CLIENTS; i++) {
      clients.add(threads.submit(this::run));
    }
  }

  /** The newest answer; null before the first. */
  Answered latest() {
    return latest;
  }

  long sent() {
    return sent.get();
  }

  /** As it was kept up so far, a second. */
  double rate() {
    return sent.get() * 1e9 / (System.nanoTime() - begin);
  }

  /** Ends; fails if a command did. */
  void stop() throws Exception {
    over = true;
    for (Future<?> each : clients) {
      each.get(1, TimeUnit.MINUTES);
    }
  }

  private void run() {
    while (!over) {
      long number = awaitTurn();
      ScreenPatientResponse screened =
          client
              .enrollments()
              .screenPatient(
                  ScreenPatientRequest.newBuilder()
                      .setRequestId("screen-" + study + "-" + number)
                      .setStudyId(study)
                      .setSiteId("S0")
                      .setPatientId(study + "-Q" + number)
                      .setScreenedBy("nurse-1")
                      .build());
      String id = screened.getEnrollment().getEnrollmentId();
      answered(id, screened.getConsistencyToken(), 1);
      long _ = awaitTurn();
      answered(id, consent(id, number), 2);
      long _ = awaitTurn();
      answered(id, notEligible(id, number), 3);
    }
  }

  private String consent(String id, long number) {
    return client
        .enrollments()
        .recordConsent(
            RecordConsentRequest.newBuilder()
                .setRequestId("consent-" + study + "-" + number)
                .setEnrollmentId(id)
                .setConsent(
                    Consent.newBuilder()
                        .setVersion("v1")
                        .setSignedAt(Timestamp.newBuilder().setSeconds(1_700_000_000)))
                .setRecordedBy("nurse-1")
                .build())
        .getConsistencyToken();
  }

  private String notEligible(String id, long number) {
    return client
        .enrollments()
        .recordEligibility(
            RecordEligibilityRequest.newBuilder()
                .setRequestId("eligibility-" + study + "-" + number)
                .setEnrollmentId(id)
                .setEligibility(
                    Eligibility.newBuilder().setEligible(false).setCriteriaVersion("v1"))
                .setAssessedBy("nurse-1")
                .build())
        .getConsistencyToken();
  }

  private void answered(String id, String token, long version) {
    sent.incrementAndGet();
    latest = new Answered(id, token, version);
  }

  private long awaitTurn() {
    long turn = turns.getAndIncrement();
    LockSupport.parkNanos(begin + turn * nanosBetween - System.nanoTime());
    return turn;
  }

  @Override
  public void close() {
    over = true;
    threads.close();
  }
}
