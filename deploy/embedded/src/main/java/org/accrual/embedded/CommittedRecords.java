package org.accrual.embedded;

import static java.util.Objects.requireNonNull;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.StringDeserializer;

/** What stands on a topic under {@code read_committed}, from its beginning to its end of now. */
public final class CommittedRecords {
  private CommittedRecords() {}

  /** In order per partition. */
  public static List<ConsumerRecord<String, byte[]>> of(String bootstrapServers, String topic) {
    List<ConsumerRecord<String, byte[]>> records = new ArrayList<>();
    each(bootstrapServers, topic, records::add);
    return records;
  }

  /** The same, one after another, for what is too much to be kept. */
  public static void each(
      String bootstrapServers, String topic, Consumer<ConsumerRecord<String, byte[]>> records) {
    try (KafkaConsumer<String, byte[]> consumer = consumer(bootstrapServers)) {
      List<TopicPartition> partitions =
          consumer.partitionsFor(topic).stream()
              .map(found -> new TopicPartition(topic, found.partition()))
              .toList();
      consumer.assign(partitions);
      consumer.seekToBeginning(partitions);
      Map<TopicPartition, Long> ends = consumer.endOffsets(partitions);
      while (partitions.stream()
          .anyMatch(one -> consumer.position(one) < requireNonNull(ends.get(one)))) {
        consumer.poll(Duration.ofMillis(200)).forEach(records);
      }
    }
  }

  private static KafkaConsumer<String, byte[]> consumer(String bootstrapServers) {
    return new KafkaConsumer<>(
        Map.of(
            "bootstrap.servers",
            bootstrapServers,
            "isolation.level",
            "read_committed",
            // At the end of the topic closing waits for a fetch that is under way in vain.
            "fetch.max.wait.ms",
            20),
        new StringDeserializer(),
        new ByteArrayDeserializer());
  }
}
