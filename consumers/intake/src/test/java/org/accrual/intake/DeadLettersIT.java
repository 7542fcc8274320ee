package org.accrual.intake;

import static org.accrual.intake.IntakeFixtures.TOPIC;
import static org.accrual.intake.IntakeFixtures.record;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.LongStream;
import org.accrual.event.enrollment.PatientScreened;
import org.accrual.fixtures.EnrollmentStory;
import org.accrual.fixtures.EventEncoding;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.header.Header;
import org.junit.jupiter.api.AfterEach;
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
                .formatted(java.util.HexFormat.of().formatHex(bad.value())));
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

    assertThatThrownBy(() -> discard(letter(2))).hasMessageContaining("stands behind another");
    assertThatThrownBy(() -> sql("select deadletter.discard('%s', 'me', ' ')".formatted(first)))
        .hasMessageContaining("needs who and why");
    discard(first);

    assertThat(tables.applied(List.of(new StreamKey(TOPIC, "a")))).containsValue(2L);
    assertThatThrownBy(() -> discard(first)).hasMessageContaining("discarded already");
    redriveAll();
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
  void discardedGarbageInPlaceOfTheMissingEventMovesTheGateToo() throws Exception {
    transaction.apply(
        List.of(
            event(0, 1), record(0, 1, "a", new byte[] {9}, List.of()), event(2, 3), event(3, 4)));
    assertThat(tables.rows(QUEUE))
        .containsExactly("a|1|unreadable|-|1", "a|2|behind|3|0", "a|3|behind|4|0");

    discard(letter(1));
    redriveAll();

    assertThat(tables.effects().get("a")).containsExactly(1L, 3L, 4L);
    assertThat(tables.rows(QUEUE)).isEmpty();
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
    while (!tables.rows("select * from deadletter.redrive where finished_at is null").isEmpty()) {
      assertThat(transaction.redrive()).isLessThan(Duration.ofSeconds(1));
    }
  }

  private void discard(String letter) throws SQLException {
    sql("select deadletter.discard('%s', 'me', 'beyond repair')".formatted(letter));
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
