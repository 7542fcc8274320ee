package org.accrual.relay.recovery;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.accrual.contract.Headers;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class PublishedRecordTest {
  private static final UUID RANDOM = UUID.fromString("4b4b7c1e-58a3-4b6e-9c15-4d2a1f0a9b11");
  private static final UUID TIMED = UUID.fromString("01932c07-209c-7000-8000-000000000000");
  private static final String TIME = "2026-11-30T12:00:00.000001Z";

  @Test
  @DisplayName("A record of the slot's relay has the time when its row was written")
  void ofTheSlotsRelay() {
    assertThat(of(Map.of(Headers.ID, RANDOM.toString(), Headers.TIME, TIME, Headers.SLOT, "ours")))
        .contains(new PublishedRecord(RANDOM, Optional.of(Instant.parse(TIME))));
  }

  @Test
  @DisplayName(
      "Of a record published raw, the row's id has the time; ce_id and ce_time are another's")
  void publishedRaw() {
    assertThat(
            of(
                Map.of(
                    Headers.OUTBOX_ID,
                    TIMED.toString(),
                    Headers.ID,
                    RANDOM.toString(),
                    Headers.TIME,
                    TIME,
                    Headers.SLOT,
                    "ours")))
        .contains(new PublishedRecord(TIMED, Optional.of(Instant.ofEpochMilli(0x01932c07209cL))));
  }

  @Test
  @DisplayName(
      "A record of another relay, of another producer or with a wrong time is not expected")
  void ofOthers() {
    PublishedRecord unexpected = new PublishedRecord(RANDOM, Optional.empty());
    String id = RANDOM.toString();

    assertThat(of(Map.of(Headers.ID, id, Headers.TIME, TIME, Headers.SLOT, "other")))
        .contains(unexpected);
    assertThat(of(Map.of(Headers.ID, id, Headers.TIME, TIME))).contains(unexpected);
    assertThat(of(Map.of(Headers.ID, id, Headers.TIME, "noon", Headers.SLOT, "ours")))
        .contains(unexpected);
  }

  @Test
  @DisplayName("A record without a UUID is not of an outbox")
  void withoutAnId() {
    assertThat(of(Map.of(Headers.ID, "order-1", Headers.SLOT, "ours"))).isEmpty();
    assertThat(of(Map.of())).isEmpty();
  }

  private static Optional<PublishedRecord> of(Map<String, String> headers) {
    ConsumerRecord<byte[], byte[]> record =
        new ConsumerRecord<>("topic", 0, 0, new byte[0], new byte[0]);
    headers.forEach((name, value) -> record.headers().add(name, value.getBytes(UTF_8)));
    return PublishedRecord.of(record, "ours");
  }
}
