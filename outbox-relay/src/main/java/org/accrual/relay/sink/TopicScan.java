package org.accrual.relay.sink;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.function.Consumer;
import org.accrual.contract.Headers;
import org.accrual.contract.Topics;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndTimestamp;
import org.apache.kafka.common.PartitionInfo;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.jspecify.annotations.Nullable;

/**
 * Reads which outbox records stand on the topics, as a reader with {@code read_committed} sees
 * them.
 */
public final class TopicScan {
  private static final Duration POLL = Duration.ofSeconds(1);
  private static final Duration STUCK = Duration.ofSeconds(60);

  private final SinkSettings settings;

  public TopicScan(SinkSettings settings) {
    this.settings = settings;
  }

  /**
   * Tells the outbox id of every committed record from {@code since} to the end as it is now. A
   * topic that is not there holds nothing.
   */
  public void each(Set<String> aggregateTypes, Instant since, Consumer<UUID> ids) {
    try (KafkaConsumer<byte[], byte[]> consumer = consumer()) {
      List<TopicPartition> partitions = partitions(consumer, aggregateTypes);
      consumer.assign(partitions);
      Map<TopicPartition, Long> ends = consumer.endOffsets(partitions);
      seek(consumer, partitions, since, ends);
      long deadline = System.nanoTime() + STUCK.toNanos();
      long before = -1;
      while (ends.entrySet().stream()
          .anyMatch(end -> consumer.position(end.getKey()) < end.getValue())) {
        for (ConsumerRecord<byte[], byte[]> record : consumer.poll(POLL)) {
          UUID id = id(record);
          if (id != null) {
            ids.accept(id);
          }
        }
        long now = partitions.stream().mapToLong(consumer::position).sum();
        if (now != before) {
          deadline = System.nanoTime() + STUCK.toNanos();
          before = now;
        } else if (System.nanoTime() - deadline > 0) {
          throw new org.apache.kafka.common.errors.TimeoutException(
              "the topics could not be read to their ends; is a transaction left open?");
        }
      }
    }
  }

  private static List<TopicPartition> partitions(
      KafkaConsumer<byte[], byte[]> consumer, Set<String> aggregateTypes) {
    Map<String, List<PartitionInfo>> topics = consumer.listTopics();
    List<TopicPartition> partitions = new ArrayList<>();
    for (String aggregateType : aggregateTypes) {
      topics
          .getOrDefault(Topics.of(aggregateType), List.of())
          .forEach(info -> partitions.add(new TopicPartition(info.topic(), info.partition())));
    }
    return partitions;
  }

  private static void seek(
      KafkaConsumer<byte[], byte[]> consumer,
      List<TopicPartition> partitions,
      Instant since,
      Map<TopicPartition, Long> ends) {
    Map<TopicPartition, Long> times = new HashMap<>();
    partitions.forEach(partition -> times.put(partition, since.toEpochMilli()));
    Map<TopicPartition, @Nullable OffsetAndTimestamp> begins =
        new HashMap<>(consumer.offsetsForTimes(times));
    for (TopicPartition partition : partitions) {
      OffsetAndTimestamp begin = begins.get(partition);
      Long end = ends.get(partition);
      consumer.seek(partition, begin != null ? begin.offset() : end == null ? 0 : end);
    }
  }

  private static @Nullable UUID id(ConsumerRecord<byte[], byte[]> record) {
    Header own = record.headers().lastHeader(Headers.OUTBOX_ID);
    Header header = own == null ? record.headers().lastHeader(Headers.ID) : own;
    try {
      return header == null
          ? null
          : UUID.fromString(new String(header.value(), StandardCharsets.UTF_8));
    } catch (IllegalArgumentException notOurs) {
      return null;
    }
  }

  private KafkaConsumer<byte[], byte[]> consumer() {
    return new KafkaConsumer<>(
        Map.of(
            "bootstrap.servers",
            settings.bootstrapServers(),
            "isolation.level",
            "read_committed",
            "enable.auto.commit",
            false,
            "allow.auto.create.topics",
            false,
            // At the end of a topic closing waits for a fetch that is under way in vain.
            "fetch.max.wait.ms",
            20,
            "client.id",
            "accrual-relay-scan"),
        new ByteArrayDeserializer(),
        new ByteArrayDeserializer());
  }
}
