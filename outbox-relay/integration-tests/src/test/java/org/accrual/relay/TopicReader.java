package org.accrual.relay;

import static java.util.Objects.requireNonNull;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.accrual.embedded.SharedParts;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.StringDeserializer;

/**
 * Reads topics under {@code read_committed} from their ends at construction on, and remembers its
 * offsets, so that each read costs only the records that are new.
 */
final class TopicReader implements AutoCloseable {
  private static final Duration LIMIT = Duration.ofSeconds(30);

  private final KafkaConsumer<String, byte[]> consumer;
  private final List<TopicPartition> partitions;
  private final List<ConsumerRecord<String, byte[]>> records = new ArrayList<>();

  TopicReader(String... topics) {
    consumer =
        new KafkaConsumer<>(
            Map.of(
                "bootstrap.servers",
                SharedParts.kafka().bootstrapServers(),
                "isolation.level",
                "read_committed",
                "fetch.max.wait.ms",
                20),
            new StringDeserializer(),
            new ByteArrayDeserializer());
    partitions =
        Stream.of(topics)
            .flatMap(topic -> consumer.partitionsFor(topic).stream())
            .map(found -> new TopicPartition(found.topic(), found.partition()))
            .toList();
    consumer.assign(partitions);
    consumer.endOffsets(partitions).forEach(consumer::seek);
  }

  /** Returns the next records; waits for the first of them for at most a time. */
  synchronized Iterable<ConsumerRecord<String, byte[]>> poll(Duration atMost) {
    return consumer.poll(atMost);
  }

  /**
   * Returns all records since construction that were committed when this call began, in order per
   * partition.
   */
  synchronized List<ConsumerRecord<String, byte[]>> read() {
    Map<TopicPartition, Long> ends = consumer.endOffsets(partitions);
    long deadline = System.nanoTime() + LIMIT.toNanos();
    while (partitions.stream()
        .anyMatch(one -> consumer.position(one) < requireNonNull(ends.get(one)))) {
      if (System.nanoTime() - deadline > 0) {
        throw new AssertionError("the topic's end was not reached within " + LIMIT);
      }
      consumer.poll(Duration.ofMillis(200)).forEach(records::add);
    }
    return records.stream()
        .filter(
            record ->
                record.offset()
                    < requireNonNull(
                        ends.get(new TopicPartition(record.topic(), record.partition()))))
        .toList();
  }

  @Override
  public synchronized void close() {
    consumer.close();
  }
}
