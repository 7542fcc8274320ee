package org.accrual.systemtests;

import io.grpc.StatusRuntimeException;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.accrual.api.enrollment.v1.EnrollPatientRequest;

/** Enrollments that go on beside a test. */
final class Traffic implements AutoCloseable {
  private final String study;
  private final SiteClient client;
  private final Duration pause;
  private final AtomicInteger patients = new AtomicInteger();
  private final CountDownLatch stopping = new CountDownLatch(1);
  private final Thread thread = Thread.ofVirtual().unstarted(this::run);

  Traffic(TestStack stack, String study, Duration pause) {
    this.study = study;
    this.pause = pause;
    this.client = stack.client();
  }

  void start() {
    client.openSite(study, "S1", 1000);
    thread.start();
  }

  String study() {
    return study;
  }

  /** One more patient, for a test's own use. */
  EnrollPatientRequest next() {
    return SiteClient.enroll(study, "S1", study + "-P" + patients.incrementAndGet());
  }

  private void run() {
    try {
      while (!stopping.await(pause.toMillis(), TimeUnit.MILLISECONDS)) {
        var _ = client.enrollments().enrollPatient(next());
      }
    } catch (StatusRuntimeException | InterruptedException over) {
      // What a test is about, it looks at itself.
    }
  }

  @Override
  public void close() {
    stopping.countDown();
    try {
      if (!thread.join(Duration.ofSeconds(30))) {
        throw new IllegalStateException("a call does not end");
      }
    } catch (InterruptedException e) {
      throw new IllegalStateException("nobody interrupts a test", e);
    }
    client.close();
  }
}
