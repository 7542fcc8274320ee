package org.accrual.systemtests;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.google.longrunning.Operation;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/** Enrollments one after the other by some clients at once, while a test does its worst. */
final class Load implements AutoCloseable {
  private static final int CLIENTS = 6;

  private final ExecutorService threads = Executors.newFixedThreadPool(CLIENTS);
  private final List<Future<Operation>> answers = new ArrayList<>();
  private final AtomicInteger done = new AtomicInteger();

  /**
   * Begins to enroll patients at once.
   *
   * @param clients take turns
   */
  static Load of(String study, String site, int enrollments, List<SiteClient> clients) {
    Load load = new Load();
    for (int i = 0; i < enrollments; i++) {
      SiteClient client = clients.get(i % clients.size());
      var request = SiteClient.enroll(study, site, "P-" + i);
      load.answers.add(
          load.threads.submit(
              () -> {
                Operation operation = client.enrolled(request);
                load.done.incrementAndGet();
                return operation;
              }));
    }
    return load;
  }

  int done() {
    return done.get();
  }

  /** Waits until that many are through. */
  void reaches(int enrollments) {
    await("enrollments through")
        .atMost(Duration.ofMinutes(3))
        .until(() -> done.get() >= enrollments);
  }

  /** Waits for all; each is confirmed. */
  void allConfirmed() throws Exception {
    for (Future<Operation> answer : answers) {
      Operation operation = answer.get(5, TimeUnit.MINUTES);
      assertThat(operation.hasResponse()).as(operation.toString()).isTrue();
    }
  }

  @Override
  public void close() {
    threads.shutdownNow();
  }
}
