package org.accrual.local;

import static java.util.Objects.requireNonNull;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.accrual.contract.Headers;
import org.accrual.contract.Topics;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.StringDeserializer;

/** The enrollments' topic as any subscriber sees it, from the moment this object is made. */
final class DemoTopic implements AutoCloseable {
  static final String NAME = Topics.ENROLLMENT_EVENTS;
  private static final Duration LIMIT = Duration.ofSeconds(20);

  private final KafkaConsumer<String, byte[]> consumer;
  private final List<TopicPartition> partitions;

  /** One record, without its value. */
  record Told(String key, String type, String sequence, int partition, long offset) {
    @Override
    public String toString() {
      return "key %s, ce_sequence %s, ce_type %s, partition %d, offset %d"
          .formatted(key, sequence, type, partition, offset);
    }
  }

  DemoTopic(String bootstrapServers) {
    consumer =
        new KafkaConsumer<>(
            Map.of("bootstrap.servers", bootstrapServers, "isolation.level", "read_committed"),
            new StringDeserializer(),
            new ByteArrayDeserializer());
    partitions =
        consumer.partitionsFor(NAME).stream()
            .map(found -> new TopicPartition(NAME, found.partition()))
            .toList();
    consumer.assign(partitions);
    consumer.seekToEnd(partitions);
    partitions.forEach(consumer::position);
  }

  /** The records with that key that are committed now, in order. */
  List<Told> read(String key) {
    Map<TopicPartition, Long> end = consumer.endOffsets(partitions);
    List<Told> found = new ArrayList<>();
    Instant limit = Instant.now().plus(LIMIT);
    while (!reached(end) && Instant.now().isBefore(limit)) {
      for (ConsumerRecord<String, byte[]> record : consumer.poll(Duration.ofMillis(200))) {
        if (key.equals(record.key())) {
          found.add(told(record));
        }
      }
    }
    return found;
  }

  @Override
  public void close() {
    consumer.close();
  }

  private boolean reached(Map<TopicPartition, Long> end) {
    return partitions.stream()
        .allMatch(one -> consumer.position(one) >= requireNonNull(end.get(one)));
  }

  private static Told told(ConsumerRecord<String, byte[]> record) {
    return new Told(
        record.key(),
        header(record, Headers.TYPE),
        header(record, Headers.SEQUENCE),
        record.partition(),
        record.offset());
  }

  private static String header(ConsumerRecord<String, byte[]> record, String name) {
    var header = record.headers().lastHeader(name);
    return header == null ? "" : new String(header.value(), StandardCharsets.UTF_8);
  }
}
