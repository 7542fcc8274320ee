package org.accrual.systemtests;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.google.longrunning.Operation;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.accrual.contract.Topics;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.junit.jupiter.api.Test;

/**
 * Kills every service with kill -9 while enrollments are sent: each takes effect once, in event
 * store, topics, projection, history, analytics and audit trail, and at the participants.
 */
class CrashIT {
  private static final int ENROLLMENTS = 200;
  private static final int CLIENTS = 8;
  private static final List<String> VICTIMS =
      List.of("outbox-relay", "consumers", "enrollment-core");

  private final TestStack stack = TestStack.shared();

  @Test
  void nothingIsLostOrRepeatedWhenServicesAreKilled() throws Exception {
    String study =
        "CRASH-" + Long.toString(System.nanoTime(), 36).toUpperCase(java.util.Locale.ROOT);
    try (SiteClient client = stack.client()) {
      client.openSite(study, "S1", ENROLLMENTS);

      Map<String, String> enrollments = enrollWhileKilling(client, study);

      assertThat(enrollments).hasSize(ENROLLMENTS);
      assertEventStore(study, enrollments);
      Books books = new Books(stack.evidence());
      await("every read model to agree with the event store")
          .atMost(Duration.ofSeconds(90))
          .pollInterval(Duration.ofMillis(250))
          .untilAsserted(() -> assertThat(books.wrong(study)).isEmpty());
      await("slots and kits to balance")
          .atMost(Duration.ofSeconds(60))
          .untilAsserted(() -> stack.balance().check(study, ENROLLMENTS));
      await("every message on its topic")
          .atMost(Duration.ofSeconds(60))
          .untilAsserted(() -> assertThat(books.wrongOnTopics(study)).isEmpty());
      assertOrderOnTopic(enrollments);
    }
  }

  /** Answers enrollment ids by patient. */
  private Map<String, String> enrollWhileKilling(SiteClient client, String study) throws Exception {
    AtomicInteger done = new AtomicInteger();
    Map<String, String> enrollments = new HashMap<>();
    try (ExecutorService clients = Executors.newFixedThreadPool(CLIENTS)) {
      List<Future<Operation>> answers = new ArrayList<>();
      for (int i = 0; i < ENROLLMENTS; i++) {
        var request = SiteClient.enroll(study, "S1", "P-" + i);
        answers.add(
            clients.submit(
                () -> {
                  Operation operation = client.enrolled(request);
                  done.incrementAndGet();
                  return operation;
                }));
      }
      int killed = 0;
      for (String victim : VICTIMS) {
        int reached = ++killed * ENROLLMENTS / (VICTIMS.size() + 1);
        await("enrollments under way")
            .atMost(Duration.ofMinutes(3))
            .until(() -> done.get() >= reached);
        stack.kill(victim);
      }
      for (Future<Operation> answer : answers) {
        Operation operation = answer.get(5, TimeUnit.MINUTES);
        assertThat(operation.hasResponse()).as(operation.toString()).isTrue();
        var metadata = SiteClient.metadata(operation);
        enrollments.put(metadata.getPatientId(), metadata.getEnrollmentId());
      }
    }
    assertThat(done).hasValue(ENROLLMENTS);
    return enrollments;
  }

  private void assertEventStore(String study, Map<String, String> enrollments) {
    assertThat(
            stack
                .evidence()
                .rows(
                    "select patient_id, enrollment_id::text from enrollment.attempt where study_id = ? and standing = 'live'",
                    study))
        .containsExactlyInAnyOrderElementsOf(
            enrollments.entrySet().stream().map(e -> e.getKey() + "|" + e.getValue()).toList());
    // One confirmation each, as the last event, and versions without a gap.
    assertThat(
            stack
                .evidence()
                .rows(
                    """
                    select l.enrollment_id::text, count(*), max(e.version),
                           count(*) filter (where e.type = 'accrual.enrollment.confirmed.v1'),
                           max(e.version) filter (where e.type = 'accrual.enrollment.confirmed.v1')
                      from enrollment.attempt l
                      join enrollment.event e on e.stream_type = 'enrollment' and e.stream_id = l.enrollment_id::text
                     where l.study_id = ?
                     group by 1
                    having count(*) <> max(e.version)
                        or count(*) filter (where e.type = 'accrual.enrollment.confirmed.v1') <> 1
                        or max(e.version) <> max(e.version) filter (where e.type = 'accrual.enrollment.confirmed.v1')
                    """,
                    study))
        .isEmpty();
  }

  private void assertOrderOnTopic(Map<String, String> enrollments) {
    Map<String, List<ConsumerRecord<String, byte[]>>> records =
        stack.evidence().records(Topics.ENROLLMENT_EVENTS);
    for (String enrollment : enrollments.values()) {
      List<ConsumerRecord<String, byte[]>> published = records.get(enrollment);
      assertThat(Evidence.sequences(published))
          .isEqualTo(
              IntStream.rangeClosed(1, published.size()).mapToObj(Integer::toString).toList());
    }
  }
}
