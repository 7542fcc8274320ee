package org.accrual.systemtests;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;
import org.accrual.api.ops.v1.ProjectionAdminServiceGrpc;
import org.accrual.api.ops.v1.RebuildSource;
import org.accrual.api.ops.v1.StartRebuildRequest;
import org.accrual.api.query.v1.GetEnrollmentRequest;
import org.accrual.api.query.v1.GetEnrollmentResponse;
import org.accrual.api.query.v1.GetStudyAccrualRequest;
import org.accrual.systemtests.PacedCommands.Answered;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * Both projections are rebuilt, there and back, while 200 commands a second come and every reader
 * asks for no older than the newest of them.
 */
@Tag("faults")
class RebuildUnderLoadIT {
  private static final int COMMANDS_A_SECOND = 200;
  private static final int READERS = 4;
  private static final int MAILS = 40;
  private static final Duration LIMIT = Duration.ofMinutes(2);

  private final TestStack stack = TestStack.started(settings -> settings);
  private final Evidence evidence = stack.evidence();
  private final String study =
      "REBUILT-" + Long.toString(System.nanoTime(), 36).toUpperCase(Locale.ROOT);
  private final AtomicBoolean over = new AtomicBoolean();
  private final AtomicLong reads = new AtomicLong();

  @AfterEach
  void close() {
    stack.close();
  }

  @Test
  void noReadFailsOrIsStaleAndNoMailGoesOutAgain() throws Exception {
    try (SiteClient client = stack.client();
        Enrolling enrolling = new Enrolling(client, study, MAILS)) {
      assertThat(enrolling.start(8).get(5, TimeUnit.MINUTES)).isEqualTo(MAILS);
      await().atMost(LIMIT).until(() -> unsent() == 0);
      List<String> mails = mails();

      try (PacedCommands commands = new PacedCommands(client, study, COMMANDS_A_SECOND)) {
        await().atMost(LIMIT).until(() -> commands.sent() > 10 * COMMANDS_A_SECOND);
        CompletableFuture<?>[] readers =
            IntStream.range(0, READERS)
                .mapToObj(
                    _ ->
                        CompletableFuture.runAsync(
                            () -> read(client, commands), Thread::startVirtualThread))
                .toArray(CompletableFuture<?>[]::new);
        for (String projection : List.of("projection", "analytics")) {
          rebuild(client, projection, RebuildSource.REBUILD_SOURCE_BEGINNING);
          // While load goes on: what served until the switch, against what serves since.
          if (projection.equals("projection")) {
            assertThat(evidence.rows(HASHES_DIFFER)).containsExactly("f|t");
          }
        }
        rebuild(client, "projection", RebuildSource.REBUILD_SOURCE_PREVIOUS);
        double rate = commands.rate();
        over.set(true);
        CompletableFuture.allOf(readers).get(1, TimeUnit.MINUTES);
        commands.stop();
        System.out.println(
            "%d commands, %.0f a second; %d reads, none failed, none stale"
                .formatted(commands.sent(), rate, reads.get()));
      }

      await()
          .atMost(LIMIT)
          .untilAsserted(() -> assertThat(new Books(evidence).wrong(study)).isEmpty());
      Command check = stack.consumersCommand("check");
      assertThat(check.output()).contains(" 0 differ");
      System.out.println(check.line(" differ"));
      assertThat(mails()).isEqualTo(mails);
    }
  }

  /**
   * Whether the old version's history, all of it, differs from the new one's up to there; and
   * whether there was anything to compare.
   */
  private static final String HASHES_DIFFER =
      """
      select a.hash is distinct from b.hash, a.events > 1000
        from (select count(*) as events, md5(string_agg(h::text, ',' order by h.enrollment_id, h.version)) as hash
                from projection_old.enrollment_history h) a,
             (select md5(string_agg(h::text, ',' order by h.enrollment_id, h.version)) as hash
                from projection.enrollment_history h
                join projection_old.enrollment o using (enrollment_id) where h.version <= o.version) b
      """;

  private void rebuild(SiteClient client, String projection, RebuildSource source) {
    long begin = System.nanoTime();
    String id =
        ProjectionAdminServiceGrpc.newBlockingStub(client.consumers())
            .withDeadlineAfter(20, TimeUnit.SECONDS)
            .startRebuild(
                StartRebuildRequest.newBuilder()
                    .setRequestId(projection + "-" + source.getNumber() + "-" + study)
                    .setProjection(projection)
                    .setSource(source)
                    .build())
            .getRebuild()
            .getRebuildId();
    await(projection + " to be switched")
        .atMost(LIMIT)
        .untilAsserted(
            () ->
                assertThat(
                        evidence.rows(
                            "select state from ops.rebuild where rebuild_id = ?::uuid", id))
                    .containsExactly("switched"));
    System.out.println(
        "%s, %s: %s events, switched after %.1f s"
            .formatted(
                projection,
                source,
                evidence
                    .rows("select events_total from ops.rebuild where rebuild_id = ?::uuid", id)
                    .getFirst(),
                (System.nanoTime() - begin) / 1e9));
  }

  /** Fails if a read does, or if it answers less than was asked for. */
  private void read(SiteClient client, PacedCommands commands) {
    while (!over.get()) {
      Answered asked = commands.latest();
      GetEnrollmentResponse found =
          client
              .queries()
              .getEnrollment(
                  GetEnrollmentRequest.newBuilder()
                      .setEnrollmentId(asked.enrollmentId())
                      .setMinConsistencyToken(asked.token())
                      .build());
      assertThat(found.getEnrollment().getVersion()).isGreaterThanOrEqualTo(asked.version());
      var accrual =
          client
              .queries()
              .getStudyAccrual(
                  GetStudyAccrualRequest.newBuilder()
                      .setStudyId(study)
                      .setMinConsistencyToken(asked.token())
                      .build());
      assertThat(accrual.getEnrolled()).isEqualTo(MAILS);
      reads.addAndGet(2);
    }
  }

  /** What was sent, when, and how often it was tried. */
  private List<String> mails() {
    return evidence.rows(
        """
        select message_id, state, attempts, doubts, sent_at from notification.message
         where study_id = ? order by message_id
        """,
        study);
  }

  private int unsent() {
    return evidence
        .rows(
            "select 1 from notification.message where study_id = ? and state not in ('sent', 'skipped')",
            study)
        .size();
  }
}
