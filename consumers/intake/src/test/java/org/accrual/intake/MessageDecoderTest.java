package org.accrual.intake;

import static org.accrual.intake.IntakeFixtures.record;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.UUID;
import org.accrual.contract.EventSchemas;
import org.accrual.contract.Headers;
import org.accrual.event.enrollment.EnrollmentConfirmed;
import org.accrual.event.enrollment.PatientScreened;
import org.accrual.fixtures.EnrollmentStory;
import org.accrual.fixtures.EventEncoding;
import org.accrual.fixtures.GenericEncoding;
import org.accrual.fixtures.Seeds;
import org.accrual.intake.MessageDecoder.Decoding;
import org.accrual.runtime.registry.RegistryUnavailable;
import org.apache.avro.Schema;
import org.apache.avro.SchemaBuilder;
import org.apache.avro.generic.GenericData;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.header.Header;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class MessageDecoderTest {
  private static final SpecificRecord EVENT =
      EnrollmentStory.onStudy("study", "site").events().getFirst();
  private final MessageDecoder decoder = new MessageDecoder(SchemaIds::byId);

  @Test
  void readsBodyAndHeaders() {
    ConsumerRecord<byte[], byte[]> record = record(3, 14, "key", 7, EVENT);

    Message message = (Message) decode(record);

    assertThat(message.position()).isEqualTo(Position.of(record));
    assertThat(message.stream()).isEqualTo(new StreamKey(IntakeFixtures.TOPIC, "key"));
    assertThat(message.version()).isEqualTo(7);
    assertThat(message.type()).isEqualTo("accrual.enrollment.patient-screened.v1");
    assertThat(message.time()).isEqualTo(Instant.parse("2026-02-03T04:05:06.789Z"));
    assertThat(message.correlation().id()).isEqualTo("conversation");
    assertThat(message.body()).isInstanceOf(PatientScreened.class).isEqualTo(EVENT);
  }

  @Test
  void readsEveryTypeOfAStory() {
    EnrollmentStory story =
        EnrollmentStory.onStudy("study", "site").withdrawn("moved away", true).rejected("X", true);

    for (SpecificRecord event : story.events()) {
      assertThat(decode(record(0, 0, story.id, 1, event)))
          .isInstanceOfSatisfying(Message.class, m -> assertThat(m.body()).isEqualTo(event));
    }
  }

  @Test
  void understandsAWriterWithAFieldThatThisBuildDoesNotKnow() throws Exception {
    Schema newer =
        SchemaBuilder.record("EnrollmentConfirmed")
            .namespace("org.accrual.event.enrollment")
            .fields()
            .requiredString("enrollment_id")
            .requiredString("new_field")
            .requiredString("study_id")
            .requiredString("site_id")
            .requiredString("patient_id")
            .requiredString("kit_id")
            .requiredString("randomization_number")
            .endRecord();
    GenericData.Record written = new GenericData.Record(newer);
    newer.getFields().forEach(field -> written.put(field.name(), field.name() + " value"));
    byte[] value = GenericEncoding.value(SchemaIds.of(newer), written);
    EnrollmentConfirmed ours = new EnrollmentConfirmed("", "", "", "", "", "");

    Decoded decoded =
        decode(record(0, 0, "key", value, EventEncoding.headers(ours, 1, Instant.EPOCH)));

    assertThat(decoded)
        .isInstanceOfSatisfying(
            Message.class,
            message ->
                assertThat(message.body())
                    .isEqualTo(
                        new EnrollmentConfirmed(
                            "enrollment_id value",
                            "study_id value",
                            "site_id value",
                            "patient_id value",
                            "kit_id value",
                            "randomization_number value")));
  }

  @ParameterizedTest
  @CsvSource({
    "ce_id, not-a-uuid, UUID",
    "ce_id, , ce_id is missing",
    "ce_type, accrual.unheard.of.v1, does not know the type accrual.unheard.of.v1",
    "ce_type, accrual.enrollment.confirmed.v1, is of org.accrual.event.enrollment.PatientScreened",
    "ce_type, , ce_type is missing",
    "ce_time, yesterday, RFC 3339",
    "ce_sequence, 0, 1 or more",
    "ce_sequence, -3, 1 or more",
    "ce_sequence, one, not a number",
    "ce_sequence, , ce_sequence is missing",
    "ce_schemaversion, one, not a number",
  })
  void aWrongHeaderIsNamed(String name, String value, String reason) {
    List<Header> headers = new ArrayList<>(EventEncoding.headers(EVENT, 1, Instant.EPOCH));
    headers.removeIf(header -> header.key().equals(name));
    if (value != null) {
      headers.add(EventEncoding.header(name, value));
    }

    assertUnreadable(record(0, 0, "key", encoded(), headers), reason);
  }

  @Test
  void aRecordWithoutKeyOrWireFormatIsUnreadable() {
    List<Header> headers = EventEncoding.headers(EVENT, 1, Instant.EPOCH);
    byte[] wrongMagic = encoded();
    wrongMagic[0] = 1;

    assertUnreadable(record(0, 0, null, encoded(), headers), "no key");
    assertUnreadable(record(0, 0, "key", null, headers), "does not begin with 00");
    assertUnreadable(record(0, 0, "key", new byte[] {0, 0, 0}, headers), "does not begin with 00");
    assertUnreadable(record(0, 0, "key", wrongMagic, headers), "does not begin with 00");
  }

  @Test
  void anIdThatTheRegistryDoesNotHaveIsUnreadable() {
    byte[] value = encoded();
    value[1] = 0x7f;

    assertUnreadable(
        record(0, 0, "key", value, EventEncoding.headers(EVENT, 1, Instant.EPOCH)),
        "schema id 2130706433: ");
  }

  @Test
  void leftoverOrMissingBytesAreUnreadable() {
    byte[] value = encoded();
    List<Header> headers = EventEncoding.headers(EVENT, 1, Instant.EPOCH);

    assertUnreadable(
        record(0, 0, "key", Arrays.copyOf(value, value.length + 1), headers), "left over");
    assertUnreadable(
        record(0, 0, "key", Arrays.copyOf(value, value.length - 3), headers), "is not a");
  }

  @Test
  void noGarbageThrows() {
    Random random = new Random(Seeds.of(MessageDecoderTest.class));
    List<Header> headers = EventEncoding.headers(EVENT, 1, Instant.EPOCH);
    for (int i = 0; i < 10_000; i++) {
      byte[] value = encoded();
      for (int flips = random.nextInt(1, 8); flips > 0; flips--) {
        value[random.nextInt(5, value.length)] = (byte) random.nextInt();
      }
      assertThat(decode(record(0, 0, "key", value, headers))).isNotNull();
    }
  }

  @Test
  @DisplayName(
      "While the registry is away, a partition is held from the first record that needs it")
  void holdsWhatNeedsTheRegistry() {
    MessageDecoder cutOff =
        new MessageDecoder(
            id -> {
              throw new RegistryUnavailable("away", null);
            });
    List<Header> headers = new ArrayList<>(EventEncoding.headers(EVENT, 1, Instant.EPOCH));
    headers.add(EventEncoding.header(Headers.SCHEMA_VERSION, "1"));
    ConsumerRecord<byte[], byte[]> known = record(0, 4, "a", encoded(), headers);
    ConsumerRecord<byte[], byte[]> unknown = record(0, 5, "a", 1, EVENT);
    ConsumerRecord<byte[], byte[]> after = record(0, 6, "a", encoded(), headers);
    ConsumerRecord<byte[], byte[]> other = record(1, 5, "b", encoded(), headers);

    Decoding decoding = cutOff.decode(List.of(known, unknown, after, other));

    assertThat(decoding.records()).containsExactly(known, other);
    assertThat(decoding.decoded()).hasSize(2);
    assertThat(decoding.held()).isEqualTo(Map.of(new TopicPartition(IntakeFixtures.TOPIC, 0), 5L));
    assertThat(decoding.why()).isInstanceOf(RegistryUnavailable.class);
  }

  /** Away, or replaced by one with other ids: type and version say what the bytes are. */
  @Test
  void theRegistryIsNotAskedForWhatThisBuildKnows() {
    MessageDecoder alone =
        new MessageDecoder(
            id -> {
              throw new RegistryUnavailable("away", null);
            });
    List<Header> headers = new ArrayList<>(EventEncoding.headers(EVENT, 1, Instant.EPOCH));
    headers.add(EventEncoding.header(Headers.SCHEMA_VERSION, "1"));
    byte[] ofAnotherRegistry = encoded();
    ofAnotherRegistry[1] = 0x7f;

    Decoded decoded = alone.decode(record(0, 0, "key", ofAnotherRegistry, headers));

    assertThat(decoded)
        .isInstanceOfSatisfying(Message.class, m -> assertThat(m.body()).isEqualTo(EVENT));
  }

  /** Without the header, by what the registry has under the id. */
  @Test
  void anEventThatWasSplitIsOneMessageInParts() throws Exception {
    Schema old = EventSchemas.of("accrual.enrollment.patient-withdrawn.v1", 1).orElseThrow();
    GenericData.Record written = new GenericData.Record(old);
    old.getFields().forEach(field -> written.put(field.name(), field.name()));
    written.put("registered", true);
    byte[] value = GenericEncoding.value(SchemaIds.of(old), written);

    Message message =
        (Message)
            decode(record(0, 0, "key", value, EventEncoding.headers(written, 6, Instant.EPOCH)));

    assertThat(message.bodies()).hasSize(2);
    assertThat(message.parts())
        .extracting(Message::type, Message::version, Message::id)
        .containsExactly(
            tuple("accrual.enrollment.patient-withdrawn.v1", 6L, message.id()),
            tuple("accrual.enrollment.taken-off-study.v1", 6L, message.id()));
  }

  @Test
  void theHeadersIdIsTheMessages() {
    UUID id = UUID.randomUUID();
    List<Header> headers = new ArrayList<>(EventEncoding.headers(EVENT, 1, Instant.EPOCH));
    headers.removeIf(header -> header.key().equals(Headers.ID));
    headers.add(EventEncoding.header(Headers.ID, id.toString()));

    assertThat(((Message) decode(record(0, 0, "key", encoded(), headers))).id()).isEqualTo(id);
  }

  private Decoded decode(ConsumerRecord<byte[], byte[]> record) {
    return decoder.decode(record);
  }

  private void assertUnreadable(ConsumerRecord<byte[], byte[]> record, String reason) {
    assertThat(decode(record))
        .isInstanceOfSatisfying(
            Unreadable.class,
            unreadable -> {
              assertThat(unreadable.position()).isEqualTo(Position.of(record));
              assertThat(unreadable.reason()).contains(reason);
            });
  }

  private static byte[] encoded() {
    return EventEncoding.value(SchemaIds.of(EVENT.getSchema()), EVENT);
  }
}
