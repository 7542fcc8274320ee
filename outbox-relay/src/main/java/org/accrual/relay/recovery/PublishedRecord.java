package org.accrual.relay.recovery;

import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.Optional;
import java.util.UUID;
import org.accrual.contract.Headers;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.header.Header;

/**
 * A record on a topic.
 *
 * @param id of the outbox row
 * @param writtenAt when the row was written, if a relay of the given slot has published the record:
 *     the outbox had the row then. Empty for records of other databases and other producers
 */
record PublishedRecord(UUID id, Optional<Instant> writtenAt) {
  private static final int TIME_ORDERED = 7;

  /** Returns empty for a record without the id of an outbox row. */
  static Optional<PublishedRecord> of(ConsumerRecord<byte[], byte[]> record, String slot) {
    Optional<String> raw = text(record, Headers.OUTBOX_ID);
    return raw.or(() -> text(record, Headers.ID))
        .flatMap(PublishedRecord::uuid)
        .map(
            id ->
                new PublishedRecord(
                    id,
                    text(record, Headers.SLOT)
                        .filter(slot::equals)
                        // Of a record published raw, ce_time is another's.
                        .flatMap(own -> raw.isPresent() ? time(id) : time(record))));
  }

  private static Optional<Instant> time(UUID id) {
    return id.version() == TIME_ORDERED
        ? Optional.of(Instant.ofEpochMilli(id.getMostSignificantBits() >>> 16))
        : Optional.empty();
  }

  private static Optional<Instant> time(ConsumerRecord<byte[], byte[]> record) {
    try {
      return text(record, Headers.TIME).map(Instant::parse);
    } catch (DateTimeException e) {
      return Optional.empty();
    }
  }

  private static Optional<UUID> uuid(String text) {
    try {
      return Optional.of(UUID.fromString(text));
    } catch (IllegalArgumentException e) {
      return Optional.empty();
    }
  }

  private static Optional<String> text(ConsumerRecord<byte[], byte[]> record, String name) {
    Header header = record.headers().lastHeader(name);
    return header == null || header.value() == null
        ? Optional.empty()
        : Optional.of(new String(header.value(), StandardCharsets.UTF_8));
  }
}
