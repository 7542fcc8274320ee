package org.accrual.systemtests;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.google.longrunning.CancelOperationRequest;
import com.google.longrunning.Operation;
import io.grpc.StatusRuntimeException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.accrual.api.enrollment.v1.WithdrawPatientRequest;
import org.accrual.local.Stack;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * Thousands of enrollments while participants refuse, fall silent beyond the deadline, answer late
 * and are killed, and so are relay and core: every operation ends, and the books balance. What is
 * asked and which faults come follows from the seed ({@code -Dfaults.seed}); where they meet does
 * not.
 */
@Tag("faults")
class SagaFaultsIT {
  private static final int ENROLLMENTS = Integer.getInteger("faults.enrollments", 2000);
  private static final int CLIENTS = 12;
  private static final Set<String> REASONS =
      Set.of("SITE_CAPACITY_EXHAUSTED", "KITS_EXHAUSTED", "CANCELLED");
  private static final List<String> SITES = List.of("AMPLE", "SMALL", "BARE");
  private static final List<String> SERVICES = List.of(Stack.CORE, Stack.RELAY, Stack.CONSUMERS);

  /** Participants more often than the others. */
  private static final List<String> VICTIMS =
      List.of(Stack.CONSUMERS, Stack.CONSUMERS, Stack.RELAY, Stack.CORE);

  private final long seed = Long.getLong("faults.seed", System.nanoTime() % 1_000_000);
  private final AtomicInteger withdrawn = new AtomicInteger();
  private final AtomicInteger faults = new AtomicInteger();

  @Test
  void everyOperationEndsAndTheBooksBalance() throws Exception {
    System.out.println("faults.seed=" + seed);
    try (TestStack stack =
            TestStack.started(
                settings ->
                    settings.withOptions(
                        Stack.CORE,
                        "-Daccrual.saga.step-deadline=3s",
                        "-Daccrual.saga.longest-pause=6s"));
        SiteClient client = stack.client()) {
      client.openStudy("FAULTS", "A", "B");
      client.openSite("FAULTS", "AMPLE", ENROLLMENTS, ENROLLMENTS, "A", "B");
      client.openSite("FAULTS", "SMALL", 50, ENROLLMENTS, "A", "B");
      client.openSite("FAULTS", "BARE", ENROLLMENTS, 60, "A", "B");

      List<Operation> ended = enrollUnderFaults(stack, client);

      Map<String, Integer> outcomes = new TreeMap<>();
      ended.forEach(
          operation ->
              outcomes.merge(
                  operation.hasResponse() ? "confirmed" : SiteClient.reason(operation),
                  1,
                  Integer::sum));
      System.out.println(
          "%d faults, %d withdrawn, outcomes %s"
              .formatted(faults.get(), withdrawn.get(), outcomes));
      assertThat(ended).hasSize(ENROLLMENTS).allMatch(Operation::getDone);
      outcomes.remove("confirmed");
      assertThat(outcomes.keySet()).isSubsetOf(REASONS);
      assertBalance(stack, count(ended) - withdrawn.get());
    }
  }

  private static int count(List<Operation> ended) {
    return (int) ended.stream().filter(Operation::hasResponse).count();
  }

  private List<Operation> enrollUnderFaults(TestStack stack, SiteClient client) throws Exception {
    AtomicInteger done = new AtomicInteger();
    try (ExecutorService clients = Executors.newFixedThreadPool(CLIENTS);
        ExecutorService trouble = Executors.newSingleThreadExecutor()) {
      List<Future<Operation>> answers = new ArrayList<>();
      for (int i = 0; i < ENROLLMENTS; i++) {
        Random random = new Random(seed * 31 + i);
        String patient = "P-" + i;
        answers.add(
            clients.submit(
                () -> {
                  try {
                    return story(client, patient, random);
                  } finally {
                    done.incrementAndGet();
                  }
                }));
      }
      Future<?> troubled =
          trouble.submit(
              () -> {
                trouble(stack, new Random(seed), done);
                return null;
              });
      List<Operation> ended = new ArrayList<>();
      for (Future<Operation> answer : answers) {
        ended.add(answer.get(20, TimeUnit.MINUTES));
      }
      troubled.get(2, TimeUnit.MINUTES);
      return ended;
    }
  }

  /** Enrolls one patient, who may be cancelled meanwhile or withdraw afterwards. */
  private Operation story(SiteClient client, String patient, Random random) {
    String site = SITES.get(random.nextInt(SITES.size()));
    var request = SiteClient.enroll("FAULTS", site, patient);
    if (random.nextInt(10) == 0) {
      Operation started =
          SiteClient.untilAnswered(() -> client.enrollments().enrollPatient(request));
      cancel(client, started.getName());
    }
    Operation ended = client.enrolled(request);
    if (ended.hasResponse() && random.nextInt(10) == 0) {
      SiteClient.untilAnswered(
          () ->
              client
                  .enrollments()
                  .withdrawPatient(
                      WithdrawPatientRequest.newBuilder()
                          .setRequestId("withdraw-" + patient)
                          .setEnrollmentId(SiteClient.metadata(ended).getEnrollmentId())
                          .setReason("moved away")
                          .setWithdrawnBy("investigator-1")
                          .build()));
      withdrawn.incrementAndGet();
    }
    return ended;
  }

  private static void cancel(SiteClient client, String name) {
    try {
      SiteClient.untilAnswered(
          () ->
              client
                  .operations()
                  .cancelOperation(CancelOperationRequest.newBuilder().setName(name).build()));
    } catch (StatusRuntimeException tooLate) {
      assertThat(tooLate.getStatus().getCode()).isEqualTo(io.grpc.Status.Code.FAILED_PRECONDITION);
    }
  }

  /** One fault after another for as long as enrollments are under way. */
  private void trouble(TestStack stack, Random random, AtomicInteger done) throws Exception {
    CountDownLatch pause = new CountDownLatch(1);
    while (done.get() < ENROLLMENTS) {
      for (String service : SERVICES) {
        stack.awaitRunning(service);
      }
      pause.await(1000 + random.nextInt(9000), TimeUnit.MILLISECONDS);
      String victim = VICTIMS.get(random.nextInt(VICTIMS.size()));
      if (random.nextBoolean()) {
        stack.kill(victim);
      } else {
        stack.silence(victim, Duration.ofMillis(1000 + random.nextInt(6000)));
      }
      faults.incrementAndGet();
    }
  }

  private static void assertBalance(TestStack stack, int onStudy) {
    await("slots, kits and enrollments to balance")
        .atMost(Duration.ofMinutes(3))
        .pollInterval(Duration.ofSeconds(1))
        .untilAsserted(() -> stack.balance().check("FAULTS", onStudy));
    Evidence evidence = stack.evidence();
    assertThat(
            evidence.rows(
                """
                select e.stream_id from enrollment.event e
                  left join projection.enrollment p on p.enrollment_id::text = e.stream_id
                 where e.stream_type = 'enrollment'
                 group by e.stream_id, p.version having max(e.version) is distinct from p.version
                """))
        .isEmpty();
  }
}
