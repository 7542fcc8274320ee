package org.accrual.intake;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.accrual.intake.IntakeFixtures.TOPIC;
import static org.accrual.intake.IntakeFixtures.record;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.LongStream;
import org.accrual.contract.Topics;
import org.accrual.event.enrollment.PatientScreened;
import org.accrual.fixtures.EnrollmentStory;
import org.accrual.fixtures.EventEncoding;
import org.accrual.fixtures.Seeds;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.record.TimestampType;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** What cannot be applied, from the intake to redrive and discard, on a real database. */
class DeadLettersIT {
  private static final SpecificRecord EVENT =
      EnrollmentStory.onStudy("study", "site").events().getFirst();
  private static final String QUEUE =
      "select key, place, cause, coalesce(version::text, '-'), attempts from ops.dead_letters"
          + " order by key, place";

  private final ProbeTables tables = new ProbeTables();

  /** Events that fail, as {@code key/version}; a mended one is taken out. */
  private final Set<String> poison = ConcurrentHashMap.newKeySet();

  private final BatchTransaction transaction =
      new BatchTransaction(
          tables.database, new MessageDecoder(SchemaIds::byId), ProbeTables.GATE, this::append);

  @AfterEach
  void close() {
    tables.close();
  }

  @Test
  void oneBadEventAmongTenThousandParksOnlyItsKey() throws Exception {
    int keys = 500;
    int versions = 20;
    poison.add("key-123/7");
    long offset = 0;
    List<ConsumerRecord<byte[], byte[]>> batch = new ArrayList<>();
    for (int version = 1; version <= versions; version++) {
      for (int key = 0; key < keys; key++) {
        batch.add(record(0, offset++, "key-" + key, version, EVENT));
        if (batch.size() == 1000) {
          transaction.apply(batch);
          batch.clear();
        }
      }
    }

    Map<String, List<Long>> effects = tables.effects();
    List<Long> all = LongStream.rangeClosed(1, versions).boxed().toList();
    assertThat(effects.remove("key-123")).isEqualTo(all.subList(0, 6));
    assertThat(effects)
        .hasSize(keys - 1)
        .allSatisfy((_, applied) -> assertThat(applied).isEqualTo(all));
    assertThat(tables.rows(QUEUE))
        .hasSize(14)
        .startsWith("key-123|1|poison|7|3", "key-123|2|behind|8|0")
        .endsWith("key-123|14|behind|20|0");
    assertThat(tables.rows("select error from ops.dead_letters where place = 1"))
        .singleElement()
        .asString()
        .contains("IllegalStateException", "cannot apply key-123/7");

    // Still bad: the first fails again and the others are held.
    redriveAll();
    assertThat(tables.rows(QUEUE)).startsWith("key-123|1|poison|7|4").hasSize(14);
    assertThat(
            tables.rows(
                "select state, count(*) from deadletter.redrive_letter group by 1 order by 1"))
        .containsExactly("failed|1", "held|13");

    poison.clear();
    redriveAll();
    assertThat(tables.effects().get("key-123")).isEqualTo(all);
    assertThat(tables.rows(QUEUE)).isEmpty();
    assertThat(tables.rows("select * from deadletter.stream")).isEmpty();
    assertThat(transaction.apply(List.of(record(0, offset, "key-123", 21, EVENT))).applied())
        .isEqualTo(1);
  }

  @Test
  void aLetterIsToldOnItsTopicWithTheRecordAsItCame() throws Exception {
    poison.add("a/1");
    ConsumerRecord<byte[], byte[]> bad = record(3, 14, "a", 1, EVENT);

    transaction.apply(List.of(bad));

    assertThat(
            tables.rows(
                """
                select aggregatetype, aggregateid, encode(payload, 'hex'), headers ->> 'dlq_consumer',
                       headers ->> 'dlq_partition', headers ->> 'dlq_offset', headers ->> 'dlq_cause',
                       headers ->> 'ce_sequence'
                  from outbox.message
                """))
        .containsExactly(
            "dlq.accrual.enrollment.events|a|%s|probe|3|14|poison|1"
                .formatted(HexFormat.of().formatHex(bad.value())));
    assertThat(tables.rows("select who, what from deadletter.history"))
        .containsExactly("intake|parked");
  }

  @Test
  void garbageParksItsKeyAndNoOther() throws Exception {
    List<Header> headers = EventEncoding.headers(EVENT, 1, Instant.EPOCH);
    byte[] unknownSchema = value();
    unknownSchema[1] = 0x7f;
    List<Header> wrong = new ArrayList<>(headers);
    wrong.removeIf(header -> header.key().equals("ce_sequence"));
    wrong.add(EventEncoding.header("ce_sequence", "\0"));

    BatchResult result =
        transaction.apply(
            List.of(
                record(0, 0, "garbage", new byte[] {1, 2}, headers),
                record(0, 1, "schema", unknownSchema, headers),
                record(0, 2, "headers", value(), wrong),
                record(0, 3, null, value(), headers),
                record(0, 4, "null-value", null, headers),
                record(0, 5, "nul\0key", value(), headers),
                record(0, 6, "x".repeat(3000), value(), headers),
                record(0, 7, "large", new byte[950_000], headers),
                record(0, 8, "good", 1, EVENT),
                record(0, 9, "garbage", 2, EVENT)));

    assertThat(result.applied()).isEqualTo(1);
    assertThat(result.parked()).isEqualTo(9);
    assertThat(tables.effects()).containsOnlyKeys("good");
    assertThat(tables.rows(QUEUE))
        .hasSize(9)
        .contains("garbage|1|unreadable|1|1", "garbage|2|behind|2|0");
    assertThat(
            tables.rows(
                "select headers ->> 'dlq_payload', count(*) from outbox.message group by 1 order by 1"))
        .containsExactly("left out: too large|1", "null|1", "whole|7");
    // Read again they are repeats.
    assertThat(
            transaction
                .apply(List.of(record(0, 0, "garbage", new byte[] {1, 2}, headers)))
                .parked())
        .isZero();
  }

  @Test
  void aDiscardMovesTheGatePastTheEvent() throws Exception {
    poison.add("a/2");
    transaction.apply(List.of(event(0, 1), event(1, 2), event(2, 3)));
    String first = letter(1);

    assertThatThrownBy(() -> discard(letter(2))).hasMessageContaining("waits behind another");
    assertThatThrownBy(() -> sql("select deadletter.discard('%s', 'me', ' ')".formatted(first)))
        .hasMessageContaining("who and why are required");
    discard(first);

    assertThat(tables.applied(List.of(new StreamKey(TOPIC, "a")))).containsValue(2L);
    assertThatThrownBy(() -> discard(first)).hasMessageContaining("discarded already");
    carryOutRedrives();
    assertThat(tables.effects().get("a")).containsExactly(1L, 3L);
    assertThat(
            tables.rows(
                "select who, what, note from deadletter.history where letter_id = '%s' order by place"
                    .formatted(first)))
        .endsWith("me|discarded|beyond repair");
    // Given up for good, however often it comes.
    poison.clear();
    assertThat(transaction.apply(List.of(event(1, 2))).repeats()).isEqualTo(1);
    assertThat(tables.effects().get("a")).containsExactly(1L, 3L);
  }

  @Test
  @DisplayName("Discarded garbage leaves a gap where an event was, which a person skips")
  void skipsAMissingEvent() throws Exception {
    transaction.apply(
        List.of(
            event(0, 1), record(0, 1, "a", new byte[] {9}, List.of()), event(2, 3), event(3, 4)));
    assertThat(tables.rows(QUEUE))
        .containsExactly("a|1|unreadable|-|1", "a|2|behind|3|0", "a|3|behind|4|0");

    discard(letter(1));
    carryOutRedrives();
    assertThat(tables.rows(QUEUE)).containsExactly("a|1|gap|3|1", "a|2|behind|4|0");
    assertThatThrownBy(() -> skip(3)).hasMessageContaining("the missing events are 2 to 2");
    assertThatThrownBy(() -> skip(1)).hasMessageContaining("the missing events are 2 to 2");
    skip(2);
    carryOutRedrives();

    assertThat(tables.effects().get("a")).containsExactly(1L, 3L, 4L);
    assertThat(tables.rows(QUEUE)).isEmpty();
    assertThat(transaction.apply(List.of(event(4, 2))).repeats())
        .as("what was skipped takes no effect if it comes later")
        .isEqualTo(1);
  }

  @Test
  @DisplayName("A person's decisions hold for a rebuild, too, also when the letters are forgotten")
  void decisionsHoldForARebuild() throws Exception {
    poison.add("a/2");
    List<ConsumerRecord<byte[], byte[]>> history =
        List.of(
            event(0, 1), event(1, 2), event(2, 3), record(0, 3, "b", new byte[] {9}, List.of()));
    transaction.apply(history);
    discard(letterOf("a"));
    discard(letterOf("b"));
    carryOutRedrives();
    sql("select deadletter.forget('0 seconds')");
    tables.clone("probe_next");

    BatchResult rebuilt =
        BatchTransaction.replaying(
                tables.database,
                new MessageDecoder(SchemaIds::byId),
                new GateTable("probe_next"),
                this::append)
            .apply(history);

    assertThat(rebuilt.applied()).isEqualTo(2);
    assertThat(rebuilt.repeats()).isEqualTo(2);
    assertThat(tables.rows(QUEUE)).isEmpty();
    assertThat(tables.rows("select version from probe_next.applied where key = 'a'"))
        .containsExactly("3");
  }

  @Test
  @DisplayName("An ignored stream is dropped from then on, and others continue")
  void ignoresAStream() throws Exception {
    poison.add("a/2");
    transaction.apply(List.of(event(0, 1), event(1, 2), event(2, 3)));

    sql("select deadletter.ignore('probe', '%s', 'a', 'me', 'a test patient')".formatted(TOPIC));

    assertThat(tables.rows(QUEUE)).isEmpty();
    BatchResult later = transaction.apply(List.of(event(3, 4), record(0, 4, "b", 1, EVENT)));
    assertThat(later.applied()).isEqualTo(1);
    assertThat(later.repeats()).isEqualTo(1);
    assertThat(tables.effects()).hasEntrySatisfying("a", it -> assertThat(it).containsExactly(1L));
    assertThatThrownBy(
            () -> sql("select deadletter.ignore('probe', '%s', 'b', 'me', 'x')".formatted(TOPIC)))
        .hasMessageContaining("has not parked the key b");
  }

  @Test
  @DisplayName(
      "A record that arrives while a gap is closed is applied, too, and nothing stays parked")
  void arrivesWhileAGapIsClosed() throws Exception {
    transaction.apply(List.of(event(0, 1), event(1, 3)));
    assertThat(tables.rows(QUEUE)).containsExactly("a|1|gap|3|1");

    transaction.apply(List.of(event(2, 2)));
    transaction.apply(List.of(event(3, 4)));
    carryOutRedrives();
    assertThat(tables.rows(QUEUE)).isEmpty();
    transaction.apply(List.of(event(4, 5)));

    assertThat(tables.effects().get("a")).containsExactly(1L, 2L, 3L, 4L, 5L);
    assertThat(tables.rows("select * from deadletter.stream")).isEmpty();
  }

  @Test
  @DisplayName("A record that arrives during a person's redrive is applied, too")
  void arrivesDuringARedrive() throws Exception {
    poison.add("a/2");
    transaction.apply(List.of(event(0, 1), event(1, 2)));
    poison.clear();
    sql(
        "select deadletter.start_redrive(array(select letter_id from deadletter.parked), 'me', 1000)");
    transaction.apply(List.of(event(2, 3), event(3, 4)));

    carryOutRedrives();

    assertThat(tables.effects().get("a")).containsExactly(1L, 2L, 3L, 4L);
    assertThat(tables.rows("select * from deadletter.stream")).isEmpty();
  }

  @Test
  @DisplayName("A bad command parks alone, and can be redriven or discarded by itself")
  void commandsParkAlone() throws Exception {
    List<ConsumerRecord<byte[], byte[]>> commands =
        List.of(command(0, new byte[] {1}), command(1, new byte[] {2}));
    assertThat(transaction.apply(commands).parked()).isEqualTo(2);
    assertThat(tables.rows("select place, alone, cause from ops.dead_letters"))
        .containsExactly("1|t|unreadable", "1|t|unreadable");
    assertThat(tables.rows("select * from deadletter.stream")).isEmpty();

    redriveAll();
    assertThat(tables.rows("select state from deadletter.redrive_letter"))
        .containsExactly("failed", "failed");
    for (String letter : tables.rows("select letter_id from ops.dead_letters")) {
      discard(letter);
    }

    assertThat(tables.rows(QUEUE)).isEmpty();
    assertThat(transaction.apply(commands).repeats()).isEqualTo(2);
  }

  @Test
  @DisplayName("A record parks whatever its headers and its time are")
  void parksAnything() throws Exception {
    List<Header> headers = EventEncoding.headers(EVENT, 1, Instant.EPOCH);
    headers.removeIf(header -> header.key().matches("ce_(type|correlationid|sequence)"));
    byte[] noise = new byte[6000];
    new Random(Seeds.of(DeadLettersIT.class)).nextBytes(noise);
    headers.add(EventEncoding.header("ce_type", "t".repeat(8000)));
    headers.add(EventEncoding.header("ce_correlationid", HexFormat.of().formatHex(noise)));
    headers.add(EventEncoding.header("ce_sequence", "9".repeat(30)));
    headers.add(EventEncoding.header("", "no name"));
    ConsumerRecord<byte[], byte[]> record = record(0, 0, "a", value(), headers);
    ConsumerRecord<byte[], byte[]> fromTheFuture =
        new ConsumerRecord<>(
            TOPIC,
            0,
            1,
            Long.MAX_VALUE,
            TimestampType.CREATE_TIME,
            1,
            1,
            new byte[] {98},
            new byte[] {1},
            record.headers(),
            Optional.empty());

    assertThat(transaction.apply(List.of(record, fromTheFuture)).parked()).isEqualTo(2);
    assertThat(tables.rows(QUEUE)).hasSize(2);
  }

  @Test
  void repeatsOfWhatIsParkedAreDropped() throws Exception {
    poison.add("a/2");
    transaction.apply(List.of(event(0, 1), event(1, 2), event(2, 3)));
    for (int again = 0; again < 10; again++) {
      int offset = 3 + 3 * again;
      transaction.apply(List.of(event(offset, 1), event(offset + 1, 3), event(offset + 2, 2)));
    }

    assertThat(tables.rows(QUEUE)).containsExactly("a|1|poison|2|3", "a|2|behind|3|0");
    poison.clear();
    redriveAll();
    assertThat(tables.effects().get("a")).containsExactly(1L, 2L, 3L);
  }

  @Test
  void whatRanIntoAnotherWriterOnceIsNotParked() throws Exception {
    int[] collisions = {2};
    BatchTransaction racing =
        new BatchTransaction(
            tables.database,
            new MessageDecoder(SchemaIds::byId),
            ProbeTables.GATE,
            (connection, messages) -> {
              if (collisions[0]-- > 0) {
                throw new SQLException("taken", "23505");
              }
              ProbeTables.append(connection, messages);
            });

    assertThat(racing.apply(List.of(event(0, 1))).applied()).isEqualTo(1);
    assertThat(tables.rows(QUEUE)).isEmpty();
  }

  @Test
  void anOldLetterIsForgottenOnceSettled() throws Exception {
    poison.add("a/1");
    transaction.apply(List.of(event(0, 1)));
    sql("select deadletter.forget('0 seconds')");
    assertThat(tables.rows(QUEUE)).hasSize(1);

    discard(letter(1));
    sql("select deadletter.forget('0 seconds')");

    assertThat(tables.rows("select * from deadletter.letter")).isEmpty();
    assertThat(tables.rows("select * from deadletter.history")).isEmpty();
  }

  private void append(Connection connection, List<Message> messages) throws SQLException {
    ProbeTables.append(connection, messages);
    for (Message message : messages) {
      String name = message.stream().key() + "/" + message.version();
      assertThat(message.body()).isInstanceOf(PatientScreened.class);
      if (poison.contains(name)) {
        throw new IllegalStateException("cannot apply " + name);
      }
    }
  }

  private void redriveAll() throws SQLException {
    sql(
        "select deadletter.start_redrive(array(select letter_id from deadletter.parked), 'me', 1000)");
    carryOutRedrives();
  }

  private void carryOutRedrives() throws SQLException {
    while (!tables.rows("select * from deadletter.redrive where finished_at is null").isEmpty()) {
      assertThat(transaction.redrive()).isLessThan(Duration.ofSeconds(1));
    }
  }

  private void discard(String letter) throws SQLException {
    sql("select deadletter.discard('%s', 'me', 'beyond repair')".formatted(letter));
  }

  private void skip(long through) throws SQLException {
    sql(
        "select deadletter.skip('probe', '%s', 'a', %d, 'me', 'lost in a failover')"
            .formatted(TOPIC, through));
  }

  private String letterOf(String key) throws SQLException {
    return tables
        .rows(
            "select letter_id from ops.dead_letters where place = 1 and key = '%s'".formatted(key))
        .getFirst();
  }

  private static ConsumerRecord<byte[], byte[]> command(long offset, byte[] value) {
    return new ConsumerRecord<>(
        Topics.CAPACITY_COMMANDS, 0, offset, "study/site".getBytes(UTF_8), value);
  }

  private String letter(int place) throws SQLException {
    return tables.rows("select letter_id from ops.dead_letters where place = " + place).getFirst();
  }

  private void sql(String sql) throws SQLException {
    tables.rows(sql);
  }

  private static byte[] value() {
    return EventEncoding.value(SchemaIds.of(EVENT.getSchema()), EVENT);
  }

  private static ConsumerRecord<byte[], byte[]> event(long offset, long version) {
    return record(0, offset, "a", version, EVENT);
  }
}
