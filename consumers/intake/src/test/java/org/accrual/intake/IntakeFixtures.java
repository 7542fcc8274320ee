package org.accrual.intake;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.accrual.contract.Topics;
import org.accrual.fixtures.EnrollmentStory;
import org.accrual.fixtures.EventEncoding;
import org.accrual.runtime.Correlation;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.common.record.TimestampType;

final class IntakeFixtures {
  static final String TOPIC = Topics.ENROLLMENT_EVENTS;

  private IntakeFixtures() {}

  /** An event as decoded; what it says does not matter. */
  static Message message(int partition, long offset, String key, long version) {
    return new Message(
        new Position(new TopicPartition(TOPIC, partition), offset),
        new StreamKey(TOPIC, key),
        version,
        UUID.randomUUID(),
        "type",
        Instant.EPOCH,
        new Correlation("conversation", "", ""),
        EnrollmentStory.onStudy("study", "site").events().getFirst());
  }

  static ConsumerRecord<byte[], byte[]> record(
      int partition, long offset, String key, long version, SpecificRecord event) {
    return record(
        partition,
        offset,
        key,
        EventEncoding.value(SchemaIds.of(event.getSchema()), event),
        EventEncoding.headers(event, version, Instant.parse("2026-02-03T04:05:06.789Z")));
  }

  static ConsumerRecord<byte[], byte[]> record(
      int partition, long offset, String key, byte[] value, List<Header> headers) {
    return new ConsumerRecord<>(
        TOPIC,
        partition,
        offset,
        0L,
        TimestampType.CREATE_TIME,
        key == null ? -1 : key.length(),
        value == null ? -1 : value.length,
        key == null ? null : key.getBytes(StandardCharsets.UTF_8),
        value,
        new RecordHeaders(headers),
        Optional.empty());
  }
}
