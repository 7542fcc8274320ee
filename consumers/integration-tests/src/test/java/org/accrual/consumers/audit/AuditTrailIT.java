package org.accrual.consumers.audit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import javax.sql.DataSource;
import org.accrual.consumers.Messages;
import org.accrual.consumers.participant.ParticipantDatabase;
import org.accrual.consumers.projection.EventExamples;
import org.accrual.contract.EventSchemas;
import org.accrual.contract.Topics;
import org.accrual.event.capacity.SlotRefused;
import org.accrual.event.randomization.Randomized;
import org.accrual.event.study.AccrualSuspended;
import org.accrual.fixtures.EnrollmentStory;
import org.accrual.fixtures.Seeds;
import org.accrual.intake.Message;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The trail on the real table, and what is found of tampering with it. */
class AuditTrailIT {
  private static final Instant NOW = Instant.parse("2026-03-04T05:06:07.123456789Z");
  private static final String STUDY = "study";

  private final ParticipantDatabase database = new ParticipantDatabase();
  private final Audit audit = new Audit();

  @AfterEach
  void close() {
    database.close();
  }

  @Test
  void anEntrySaysWhoWhatWhenAndWhy() {
    EnrollmentStory story = new EnrollmentStory(STUDY, "site").screened().consented();
    apply(Messages.of(story, NOW));
    apply(
        Messages.of(Topics.STUDY_EVENTS, STUDY, 1, NOW, new AccrualSuspended(STUDY, "a review")),
        answer(new SlotRefused(story.id, STUDY, "site", 1, "SITE_NOT_ACTIVE")));

    assertThat(
            database.rows(
                "select position, type, key, version, actor, actor_basis, reason,"
                    + " recorded_at at time zone 'UTC', happened_at at time zone 'UTC',"
                    + " correlation_id, enrollment_id from audit.entry order by position"))
        .containsExactly(
            "1|accrual.enrollment.patient-screened.v1|%s|1|nurse|asserted||2026-03-04 05:06:07.123456|2026-03-04 05:06:07.123456|conversation|%1$s"
                .formatted(story.id),
            "2|accrual.enrollment.consent-recorded.v1|%s|2|nurse|asserted||2026-03-04 05:06:08.123456|2026-01-02 03:04:05|conversation|%1$s"
                .formatted(story.id),
            "3|accrual.study.accrual-suspended.v1|study|1|nurse|asserted|a review|2026-03-04 05:06:07.123456|2026-03-04 05:06:07.123456|conversation|null",
            "4|accrual.capacity.slot-refused.v1|study/site|0|nurse|asserted|SITE_NOT_ACTIVE|2026-03-04 05:06:07.123456|2026-03-04 05:06:07.123456|conversation|%s"
                .formatted(story.id));
    assertThat(verify(database.source(), Optional.empty()).intact()).isTrue();
  }

  @Test
  void whatIsSealedIsNotInTheTrail() {
    byte[] sealed = "sealed-bytes-of-an-arm".getBytes(StandardCharsets.UTF_8);
    String enrollment = UUID.randomUUID().toString();
    apply(
        answer(
            new Randomized(
                enrollment,
                STUDY,
                "site",
                1,
                "allocation",
                "site-0001",
                "00",
                ByteBuffer.wrap(sealed))));

    assertThat(database.rows("select content from audit.entry"))
        .singleElement()
        .asString()
        .contains("\"sealed_arm\":\"sha256:", "\"allocation_id\":\"allocation\"")
        .doesNotContain("sealed-bytes", java.util.Base64.getEncoder().encodeToString(sealed));
  }

  @Test
  void everyTypeOfFactsHasAnEntryAndAnAnswerThatComesAgainIsNoSecondOne() {
    List<Message> messages = new ArrayList<>();
    EventSchemas.current()
        .forEach(
            (type, schema) -> {
              if (schema.getField("study_id") != null) {
                var event = EventExamples.of(schema);
                if (schema.getField("enrollment_id") != null) {
                  event.put(schema.getField("enrollment_id").pos(), UUID.randomUUID().toString());
                }
                messages.add(Messages.of(Topics.CAPACITY_EVENTS, "k", 0, NOW, event));
              }
            });
    assertThat(messages).hasSameSizeAs(EventSchemas.current().values());

    apply(messages.toArray(Message[]::new));
    apply(messages.get(0), messages.get(1), messages.get(1));

    assertThat(database.rows("select count(*), count(distinct type) from audit.entry"))
        .containsExactly(messages.size() + "|" + messages.size());
  }

  @Test
  void nobodyChangesAnEntryInPassing() {
    given(1);
    for (String change :
        List.of(
            "update audit.entry set reason = 'x'",
            "delete from audit.entry",
            "truncate audit.entry")) {
      assertThatThrownBy(() -> database.execute(change)).hasMessageContaining("append-only");
      assertThatThrownBy(() -> database.execute("set local role accrual_audit; " + change))
          .hasMessageContaining("permission denied");
    }
  }

  @Test
  void twoProcessesThatAddToOneStudyMakeOneChain() throws Exception {
    int writers = 4;
    int rounds = 20;
    CyclicBarrier together = new CyclicBarrier(writers);
    try (ExecutorService threads = Executors.newFixedThreadPool(writers)) {
      List<Future<?>> running = new ArrayList<>();
      for (int i = 0; i < writers; i++) {
        running.add(threads.submit(() -> addTogether(together, rounds)));
      }
      for (Future<?> writer : running) {
        writer.get(60, TimeUnit.SECONDS);
      }
    }

    Verdict verdict = verify(database.source(), Optional.empty());
    assertThat(verdict.findings()).isEmpty();
    assertThat(verdict.entries()).isEqualTo(writers * rounds * 5L);
  }

  @Test
  void aSecondWriterWaitsForTheFirstOnesCommit() throws Exception {
    try (ExecutorService threads = Executors.newSingleThreadExecutor();
        Connection first = database.source().getConnection()) {
      audit.apply(first, List.of(story()));
      Future<?> second = threads.submit(() -> applyAlone(story()));
      await()
          .atMost(Duration.ofSeconds(20))
          .until(
              () ->
                  database
                      .rows(
                          "select count(*) from pg_locks where locktype = 'advisory' and not granted")
                      .equals(List.of("1")));

      first.commit();

      second.get(20, TimeUnit.SECONDS);
    }
    assertThat(verify(database.source(), Optional.empty()).intact()).isTrue();
    assertThat(database.rows("select count(*) from audit.entry")).containsExactly("10");
  }

  @Test
  void aThousandRandomTampersAreAllFound() throws SQLException {
    given(12);
    int entries = 60;
    Head exported = Head.parse(database.rows("select head from audit.head").getFirst());
    database.execute("alter table audit.entry disable trigger user");
    long seed = Seeds.of(AuditTrailIT.class);
    Random random = new Random(seed);
    try (Connection connection = database.source().getConnection()) {
      DataSource same = only(connection);
      Tamperer tamperer = new Tamperer(connection, STUDY, entries, random);
      // The rule that it knows from the comment alone gives the hashes that are there.
      tamperer.chainAnew(1);
      assertThat(verify(same, Optional.of(exported)).findings()).isEmpty();
      connection.rollback();
      for (int i = 0; i < 1_000; i++) {
        String done = tamperer.tamper();
        assertThat(verify(same, Optional.of(exported)).intact())
            .as("seed %d, tamper %d: %s", seed, i, done)
            .isFalse();
        connection.rollback();
        if (i % 100 == 0) {
          assertThat(verify(same, Optional.of(exported)).intact()).isTrue();
          connection.rollback();
        }
      }
    }
  }

  @Test
  void findingsSayWhatAndWhere() throws SQLException {
    given(12);
    Optional<Head> exported =
        Optional.of(Head.parse(database.rows("select head from audit.head").getFirst()));
    database.execute("alter table audit.entry disable trigger user");

    database.execute("update audit.entry set actor = 'x' where position = 7");
    database.execute("delete from audit.entry where position between 20 and 22");
    database.execute("delete from audit.entry where position > 58");

    assertThat(verify(database.source(), exported).findings())
        .extracting(finding -> finding.kind() + " " + finding.position())
        .containsExactly("ALTERED 7", "MISSING 23", "TRUNCATED 60");
    assertThat(verify(database.source(), Optional.empty()).findings())
        .extracting(finding -> finding.kind() + " " + finding.position())
        .containsExactly("ALTERED 7", "MISSING 23");
  }

  private void given(int stories) {
    IntStream.range(0, stories).forEach(_ -> apply(story()));
  }

  private static Message[] story() {
    return Messages.of(EnrollmentStory.onStudy(STUDY, "site"), NOW).toArray(Message[]::new);
  }

  /** Adds stories, each at the moment when all other writers add theirs. */
  private Void addTogether(CyclicBarrier together, int rounds) throws Exception {
    for (int i = 0; i < rounds; i++) {
      Message[] story = story();
      together.await(30, TimeUnit.SECONDS);
      applyAlone(story);
    }
    return null;
  }

  private void apply(List<Message> messages) {
    apply(messages.toArray(Message[]::new));
  }

  private void apply(Message... messages) {
    database.apply(audit, messages);
  }

  /** Without a look at what was published, which others may be writing. */
  private void applyAlone(Message... messages) {
    try (Connection connection = database.source().getConnection()) {
      audit.apply(connection, List.of(messages));
      connection.commit();
    } catch (SQLException e) {
      throw new AssertionError(e);
    }
  }

  private static Message answer(org.apache.avro.specific.SpecificRecord body) {
    return Messages.of(Topics.CAPACITY_EVENTS, "study/site", Message.UNSEQUENCED, NOW, body);
  }

  private static Verdict verify(DataSource source, Optional<Head> expected) {
    try {
      return new TrailVerifier(source).verify(STUDY, expected, () -> false);
    } catch (SQLException e) {
      throw new AssertionError(e);
    }
  }

  /** A source that gives the one connection, whose transaction is not ended by giving it back. */
  private static DataSource only(Connection connection) {
    Object kept =
        Proxy.newProxyInstance(
            AuditTrailIT.class.getClassLoader(),
            new Class<?>[] {Connection.class},
            (_, method, arguments) -> {
              if (method.getName().equals("close")) {
                return null;
              }
              try {
                return method.invoke(connection, arguments);
              } catch (InvocationTargetException thrown) {
                throw thrown.getCause();
              }
            });
    return (DataSource)
        Proxy.newProxyInstance(
            AuditTrailIT.class.getClassLoader(),
            new Class<?>[] {DataSource.class},
            (_, _, _) -> kept);
  }
}
