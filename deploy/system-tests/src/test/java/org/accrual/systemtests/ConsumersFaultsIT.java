package org.accrual.systemtests;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.accrual.api.query.v1.AuditQueryServiceGrpc;
import org.accrual.api.query.v1.VerifyAuditTrailRequest;
import org.accrual.api.query.v1.VerifyAuditTrailResponse;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * Three whole consumers processes, each with every consumer, under enrollments: every 2 s one is
 * killed or stopped, each record comes ten times and in any order. Then everything is delivered
 * from the topics' beginning once more. What is done and when follows from the seed ({@code
 * -Dfaults.seed}); where it falls does not.
 */
@Tag("faults")
class ConsumersFaultsIT {
  private static final int INTERRUPTIONS = Integer.getInteger("faults.interruptions", 40);
  private static final int PATIENTS = 1000;
  private static final int CLIENTS = 64;
  private static final Duration SETTLED = Duration.ofMinutes(5);

  private final long seed = Long.getLong("faults.seed", System.nanoTime() % 1_000_000);
  private final ThreeConsumers consumers = new ThreeConsumers();
  private final TestStack stack = consumers.stack();
  private final Books books = new Books(stack.evidence());
  private final String study = "KILLED-" + Long.toString(seed, 36).toUpperCase(Locale.ROOT);

  @AfterEach
  void close() {
    consumers.close();
  }

  @Test
  void whatIsKilledStoppedAndRepeatedTakesEffectOnce() throws Exception {
    System.out.println("faults.seed=" + seed);
    int onStudy;
    Random random = new Random(seed);
    try (SiteClient client = stack.client();
        Offsets offsets = new Offsets(stack.kafka());
        Enrolling enrolling = new Enrolling(client, study, PATIENTS)) {
      try (Interruptions interruptions = new Interruptions(stack, random);
          Redelivery redelivery = new Redelivery(stack.kafka(), new Random(seed), true)) {
        CompletableFuture<Integer> confirmed = enrolling.start(CLIENTS);
        await("enrollments under way").atMost(SETTLED).until(() -> mailsSent() > 0);
        long begin = System.nanoTime();
        interruptions.run(INTERRUPTIONS);
        interruptions.close();
        enrolling.stop();
        System.out.println(
            "%s in %d s".formatted(interruptions, (System.nanoTime() - begin) / 1_000_000_000));
        onStudy = confirmed.get(10, TimeUnit.MINUTES);
        settle(offsets, redelivery);
        System.out.println("%s; %d on study".formatted(redelivery, onStudy));
      }

      assertThat(books.wrong(study)).isEmpty();
      stack.balance().check(study, onStudy);
      Command check = stack.consumersCommand("check");
      assertThat(check.output()).contains(" 0 differ");
      assertThat(trail(client).getIntact()).isTrue();
      System.out.println(
          "%s; %d audit entries, chain intact"
              .formatted(check.line(" differ"), trail(client).getEntries()));
      assertMails(onStudy);

      replay(client, offsets, random);
    }
  }

  /** Until every record has been taken in, every saga has ended and every mail has gone out. */
  private void settle(Offsets offsets, Redelivery redelivery) {
    redelivery.stopCopying();
    Map<TopicPartition, Long> seen = new TreeMap<>((a, b) -> a.toString().compareTo(b.toString()));
    await("all to be taken in")
        .atMost(SETTLED)
        .pollInterval(Duration.ofSeconds(3))
        .untilAsserted(
            () -> {
              Map<TopicPartition, Long> last = redelivery.last();
              boolean quiet = last.equals(seen);
              seen.putAll(last);
              assertThat(quiet).as("nothing new on the topics").isTrue();
              assertThat(offsets.behind(last)).isEmpty();
              assertThat(books.wrong(study)).isEmpty();
            });
  }

  /**
   * Nobody's mail is missing; whose came more than once is said to have been in doubt at least as
   * often, in the table and in the log.
   */
  private void assertMails(int onStudy) {
    Map<String, Integer> mails = consumers.mails();
    Map<String, Integer> doubts = new TreeMap<>();
    for (String row :
        stack
            .evidence()
            .rows(
                """
                select trim(both '<>' from message_id), doubts from notification.message
                 where channel = 'email' and state = 'sent'
                """)) {
      String[] columns = row.split("\\|");
      doubts.put(columns[0], Integer.parseInt(columns[1]));
    }
    assertThat(mails.keySet()).isEqualTo(doubts.keySet());
    Map<String, Integer> twice = new TreeMap<>(mails);
    twice.values().removeIf(times -> times == 1);
    assertThat(twice)
        .allSatisfy((id, times) -> assertThat(times - 1).isLessThanOrEqualTo(doubts.get(id)));
    List<String> logs = stack.consumers().stream().map(stack::logOf).toList();
    assertThat(twice.keySet())
        .allMatch(
            id -> logs.stream().anyMatch(log -> saysDoubt(log, id)), "is explained by the log");
    long doubted = doubts.values().stream().filter(each -> each > 0).count();
    System.out.println(
        "%d mails of %d on study, %d in doubt, %d came more than once"
            .formatted(mails.size(), onStudy, doubted, twice.size()));
    if (INTERRUPTIONS >= 40) {
      // Or the run has not tried what it is about; a short one may not come to it.
      assertThat(doubted).isPositive();
    }
  }

  private int mailsSent() {
    return stack
        .evidence()
        .rows("select 1 from notification.message where study_id = ? and state = 'sent'", study)
        .size();
  }

  private static boolean saysDoubt(String log, String messageId) {
    return log.lines().anyMatch(line -> line.contains(messageId) && line.contains("in doubt"));
  }

  /** All offsets are forgotten: nothing takes effect again, and nobody gets a mail again. */
  private void replay(SiteClient client, Offsets offsets, Random random) throws Exception {
    Map<String, Integer> mails = consumers.mails();
    List<String> before = everything();
    String head = trail(client).getHead();
    for (String process : stack.consumers()) {
      stack.stop(process);
    }
    for (String group : Offsets.GROUPS) {
      await("the sessions to end")
          .atMost(Duration.ofMinutes(1))
          .until(() -> offsets.members(group) == 0);
      offsets.forget(group);
    }
    for (String process : stack.consumers()) {
      stack.kill(process);
    }
    for (String process : stack.consumers()) {
      stack.awaitRunning(process);
    }
    try (Redelivery again = new Redelivery(stack.kafka(), random, false)) {
      settle(offsets, again);
    }

    assertThat(everything()).isEqualTo(before);
    assertThat(consumers.mails()).isEqualTo(mails);
    assertThat(
            audit(client)
                .verifyAuditTrail(
                    VerifyAuditTrailRequest.newBuilder()
                        .setStudyId(study)
                        .setExpectedHead(head)
                        .build())
                .getIntact())
        .isTrue();
  }

  /** Whatever consumers hold that a repeat could change. */
  private List<String> everything() {
    return stack
        .evidence()
        .rows(
            """
            select (select count(*) from enrollment.event),
                   (select md5(string_agg(e::text, ',' order by enrollment_id)) from projection.enrollment e),
                   (select md5(string_agg(h::text, ',' order by enrollment_id, version))
                      from projection.enrollment_history h),
                   (select md5(string_agg(s::text, ',' order by study_id, site_id, state)) from analytics.standing s),
                   (select md5(string_agg(e::text, ',' order by study_id, position))
                      from audit.entry e where version > 0),
                   (select md5(string_agg(m::text, ',' order by notification_id)) from notification.message m),
                   (select count(*) from randomization.allocation),
                   (select count(*) from supply.kit where enrollment_id is not null),
                   (select sum(taken) from capacity.site)
            """);
  }

  private VerifyAuditTrailResponse trail(SiteClient client) {
    return audit(client)
        .verifyAuditTrail(VerifyAuditTrailRequest.newBuilder().setStudyId(study).build());
  }

  private static AuditQueryServiceGrpc.AuditQueryServiceBlockingStub audit(SiteClient client) {
    return AuditQueryServiceGrpc.newBlockingStub(client.consumers())
        .withDeadlineAfter(1, TimeUnit.MINUTES);
  }
}
