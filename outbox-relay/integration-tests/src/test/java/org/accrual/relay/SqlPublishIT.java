package org.accrual.relay;

import static org.accrual.relay.RelayFixtures.header;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.nio.ByteBuffer;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import org.accrual.embedded.SharedParts;
import org.accrual.relay.process.Relay;
import org.accrual.relay.state.RelayLife;
import org.accrual.relay.state.RelayState;
import org.accrual.runtime.registry.SchemaRegistry;
import org.apache.avro.Schema;
import org.apache.avro.generic.GenericDatumReader;
import org.apache.avro.io.DecoderFactory;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** What SQL publishes, from the function to the topic. */
class SqlPublishIT {
  private static final Duration LIMIT = Duration.ofSeconds(30);
  private static final Schema RESULT =
      new Schema.Parser()
          .parse(
              """
              {"type": "record", "name": "Result", "namespace": "lab", "fields": [
                {"name": "sample", "type": "string"},
                {"name": "value", "type": ["null", "double"], "default": null}]}\
              """);

  private final RelayFixtures fixtures = new RelayFixtures();
  private final String aggregateType = "lab-" + UUID.randomUUID();
  private final String type = aggregateType + ".result.v1";
  private final String deadLetters = "dlq.accrual." + aggregateType;
  private final List<Throwable> failures = new CopyOnWriteArrayList<>();
  private final RelayLife life = new RelayLife();
  private final AtomicInteger rejections = new AtomicInteger();
  private Relay relay = new Relay(fixtures.settings(), life, failures::add);
  private final SchemaRegistry registry = new SchemaRegistry(RelayFixtures.REGISTRY);

  SqlPublishIT() throws Exception {}

  @BeforeEach
  void start() throws Exception {
    try (Admin admin =
        Admin.create(Map.of("bootstrap.servers", SharedParts.kafka().bootstrapServers()))) {
      admin
          .createTopics(
              List.of(
                  new NewTopic("accrual." + aggregateType, Optional.of(1), Optional.empty()),
                  new NewTopic(deadLetters, Optional.of(1), Optional.empty())))
          .all()
          .get();
    }
    registry.register(type, RESULT);
    fixtures.createSlot();
    life.onDelivery((delivery, rejected) -> rejections.addAndGet(rejected));
    relay.start();
    await().atMost(LIMIT).until(() -> life.stand().state() == RelayState.STREAMING);
  }

  @AfterEach
  void stop() throws Exception {
    relay.stop();
    await().atMost(LIMIT).until(fixtures::slotsAreFree);
    fixtures.close();
  }

  @Test
  void jsonArrivesAsAvroInTheRegistrysWireFormat() throws Exception {
    String id = publish("S1", type, "{\"sample\": \"ü\", \"value\": 5}");

    ConsumerRecord<String, byte[]> record = awaitRecords(1).getFirst();
    assertThat(record.key()).isEqualTo("S1");
    assertThat(header(record, "ce_id")).isEqualTo(id);
    assertThat(header(record, "ce_type")).isEqualTo(type);
    assertThat(header(record, "content-type")).isEqualTo("application/avro");
    assertThat(header(record, "ce_source")).isEqualTo("/accrual/outbox");
    assertThat(header(record, "unit")).isEqualTo("mmol/l");
    assertThat(record.headers().lastHeader("datacontenttype")).isNull();
    assertThat(decoded(record)).isEqualTo("{\"sample\": \"ü\", \"value\": 5.0}");
  }

  @Test
  void aTriggerPublishesInTheTransactionOfWhatItSees() throws Exception {
    fixtures.sql("create table sample (name text)");
    fixtures.sql(
        """
        create function tell() returns trigger language plpgsql as $$
        begin
          perform outbox.publish('%s', new.name, '%s', jsonb_build_object('sample', new.name));
          return new;
        end $$\
        """
            .formatted(aggregateType, type));
    fixtures.sql("create trigger tell after insert on sample for each row execute function tell()");
    fixtures.connection.setAutoCommit(false);
    fixtures.sql("insert into sample values ('never')");
    fixtures.connection.rollback();
    fixtures.connection.setAutoCommit(true);

    fixtures.sql("insert into sample values ('a'), ('b')");

    assertThat(awaitRecords(2)).extracting(ConsumerRecord::key).containsExactly("a", "b");
  }

  @Test
  void whatDoesNotFitIsSetAsideAndHoldsUpNothing() throws Exception {
    String unknownField = publish("S1", type, "{\"sample\": \"1\", \"unheard\": 1}");
    String noSchema = publish("S1", type + ".unheard", "{}");
    String noTopic =
        fixtures.query("select outbox.publish('nowhere', 'S1', '%s', '{}')".formatted(type));
    String fits = publish("S1", type, "{\"sample\": \"1\"}");

    assertThat(awaitRecords(1)).extracting(r -> header(r, "ce_id")).containsExactly(fits);
    assertThat(error(unknownField)).contains("unheard: there is no such field");
    assertThat(error(noSchema)).contains("no schema");
    assertThat(error(noTopic)).contains("there is no topic accrual.nowhere");
    assertThat(fixtures.query("select count(*) from outbox.rejected")).isEqualTo("3");
    assertThat(rejections).hasValue(3);
    assertThat(failures).isEmpty();
  }

  @Test
  void aNewVersionOfTheSchemaNeedsNoRestart() throws Exception {
    String later = type + ".later";
    publish("S1", later, "{\"sample\": \"1\"}");
    await()
        .atMost(LIMIT)
        .until(() -> fixtures.query("select count(*) from outbox.rejected").equals("1"));

    registry.register(later, RESULT);

    // The relay remembers for some seconds that there is no schema.
    await()
        .atMost(LIMIT)
        .pollInterval(Duration.ofSeconds(1))
        .until(
            () -> {
              publish("S1", later, "{\"sample\": \"2\"}");
              return !RelayFixtures.read("accrual." + aggregateType).isEmpty();
            });
  }

  @Test
  void aFieldOfANewVersionFitsAtOnce() throws Exception {
    publish("S1", type, "{\"sample\": \"1\"}");
    awaitRecords(1);
    registry.register(
        type,
        new Schema.Parser()
            .parse(
                """
                {"type": "record", "name": "Result", "namespace": "lab", "fields": [
                  {"name": "sample", "type": "string"},
                  {"name": "value", "type": ["null", "double"], "default": null},
                  {"name": "unit", "type": "string", "default": ""}]}\
                """));

    publish("S1", type, "{\"sample\": \"2\", \"unit\": \"mmol/l\"}");

    assertThat(awaitRecords(2)).hasSize(2);
    assertThat(fixtures.query("select count(*) from outbox.rejected")).isEqualTo("0");
  }

  @Test
  void rawBytesKeepTheirBytesAndHeaders() throws Exception {
    String id =
        fixtures.query(
            """
            select outbox.publish_raw('%s', 'K', '\\x0102', '{"ce_id": "original", "error": "why"}')\
            """
                .formatted(deadLetters));

    await().atMost(LIMIT).until(() -> RelayFixtures.read(deadLetters).size() == 1);
    ConsumerRecord<String, byte[]> record = RelayFixtures.read(deadLetters).getFirst();
    assertThat(record.key()).isEqualTo("K");
    assertThat(record.value()).containsExactly(1, 2);
    assertThat(header(record, "ce_id")).isEqualTo("original");
    assertThat(header(record, "error")).isEqualTo("why");
    assertThat(header(record, "accrual_outboxid")).isEqualTo(id);
    assertThat(record.headers().toArray()).hasSize(4);
  }

  @Test
  void aRecordTooLargeForItsTopicIsSetAside() throws Exception {
    try (Admin admin =
        Admin.create(Map.of("bootstrap.servers", SharedParts.kafka().bootstrapServers()))) {
      String small = "accrual." + aggregateType + ".small";
      admin
          .createTopics(
              List.of(
                  new NewTopic(small, Optional.of(1), Optional.empty())
                      .configs(Map.of("max.message.bytes", "2000"))))
          .all()
          .get();
      fixtures.sql(
          "select outbox.publish_raw('%s', 'K', decode(repeat('ab', 5000), 'hex'))"
              .formatted(small));
      String fits = fixtures.query("select outbox.publish_raw('%s', 'K', 'x')".formatted(small));

      await().atMost(LIMIT).until(() -> RelayFixtures.read(small).size() == 1);
      assertThat(header(RelayFixtures.read(small).getFirst(), "ce_id")).isEqualTo(fits);
      assertThat(fixtures.query("select error from outbox.rejected"))
          .contains("at least 5", "bytes", "max.message.bytes");
      assertThat(failures).isEmpty();
    }
  }

  @Test
  @DisplayName("A message that was set aside is never published, even if it fits at a later start")
  void aRejectedMessageIsNotPublishedLater() throws Exception {
    relay.stop();
    await().atMost(LIMIT).until(fixtures::slotsAreFree);
    // As left by a relay that died after it set the message aside and before its commit.
    String rejected = publish("S1", type, "{\"sample\": \"1\"}");
    fixtures.sql(
        """
        insert into outbox.rejected
        select id, aggregatetype, aggregateid, type, payload, headers, created_at, 'no schema'
          from outbox.message where id = '%s'\
        """
            .formatted(rejected));
    String fits = publish("S1", type, "{\"sample\": \"2\"}");
    relay = new Relay(fixtures.settings(), new RelayLife(), failures::add);
    relay.start();

    assertThat(awaitRecords(1)).extracting(r -> header(r, "ce_id")).containsExactly(fits);
    assertThat(fixtures.query("select id from outbox.rejected")).isEqualTo(rejected);
    assertThat(failures).isEmpty();
  }

  private String publish(String key, String ofType, String json) throws SQLException {
    return fixtures.query(
        "select outbox.publish('%s', '%s', '%s', '%s', '{\"unit\": \"mmol/l\"}')"
            .formatted(aggregateType, key, ofType, json));
  }

  private String error(String id) throws SQLException {
    return fixtures.query("select error from outbox.rejected where id = '%s'".formatted(id));
  }

  private List<ConsumerRecord<String, byte[]>> awaitRecords(int count) {
    String topic = "accrual." + aggregateType;
    await().atMost(LIMIT).until(() -> RelayFixtures.read(topic).size() >= count);
    return RelayFixtures.read(topic);
  }

  private String decoded(ConsumerRecord<String, byte[]> record) throws Exception {
    ByteBuffer value = ByteBuffer.wrap(record.value());
    assertThat(value.get()).isZero();
    assertThat(registry.byId(value.getInt())).isEqualTo(RESULT);
    return new GenericDatumReader<>(RESULT)
        .read(null, DecoderFactory.get().binaryDecoder(record.value(), 5, value.remaining(), null))
        .toString();
  }
}
