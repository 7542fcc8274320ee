package org.accrual.relay.sink;

import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.accrual.contract.Topics;
import org.accrual.relay.outbox.Mark;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/**
 * Reads the newest committed mark of a slot. Must follow the producer's fencing: before it, a
 * predecessor's transaction may still be open and hide what it will commit.
 */
public final class MarkTopic {
  private static final TopicPartition PARTITION = new TopicPartition(Topics.RELAY_MARK, 0);
  private static final Duration TIMEOUT = Duration.ofSeconds(30);

  /** How far from the end the search begins; every delivery adds a mark and a control record. */
  private static final long FIRST_REACH = 64;

  private final SinkSettings settings;

  public MarkTopic(SinkSettings settings) {
    this.settings = settings;
  }

  /** The newest committed mark; empty if the slot never had one. */
  public Optional<Mark> newest() {
    try (Consumer<byte[], byte[]> consumer = consumer()) {
      consumer.assign(List.of(PARTITION));
      long begin = end(consumer.beginningOffsets(List.of(PARTITION), TIMEOUT));
      long end = end(consumer.endOffsets(List.of(PARTITION), TIMEOUT));
      // From the end in growing steps: the topic is compacted, but never at once.
      for (long reach = FIRST_REACH; ; reach *= 8) {
        long from = Math.max(begin, end - reach);
        Optional<Mark> found = last(consumer, from, end);
        if (found.isPresent() || from == begin) {
          return found;
        }
      }
    }
  }

  private Optional<Mark> last(Consumer<byte[], byte[]> consumer, long from, long end) {
    byte[] key = MarkFormat.key(settings.slot());
    byte[] newest = null;
    consumer.seek(PARTITION, from);
    long deadline = System.nanoTime() + TIMEOUT.toNanos();
    while (consumer.position(PARTITION, TIMEOUT) < end) {
      for (ConsumerRecord<byte[], byte[]> record : consumer.poll(Duration.ofMillis(500))) {
        if (Arrays.equals(key, record.key())) {
          newest = record.value();
        }
      }
      if (System.nanoTime() - deadline > 0) {
        throw new org.apache.kafka.common.errors.TimeoutException(
            "the mark could not be read from %s within %s".formatted(PARTITION, TIMEOUT));
      }
    }
    return Optional.ofNullable(newest).map(MarkFormat::parse);
  }

  private static long end(Map<TopicPartition, Long> offsets) {
    Long offset = offsets.get(PARTITION);
    return offset == null ? 0 : offset;
  }

  private Consumer<byte[], byte[]> consumer() {
    return new KafkaConsumer<>(
        Map.of(
            "bootstrap.servers",
            settings.bootstrapServers(),
            "isolation.level",
            "read_committed",
            "enable.auto.commit",
            false,
            // A missing mark topic is an error of deployment, not something to make on the fly.
            "allow.auto.create.topics",
            false,
            // At the end of a topic closing waits for a fetch that is under way in vain.
            "fetch.max.wait.ms",
            20,
            "client.id",
            "accrual-relay-mark"),
        new ByteArrayDeserializer(),
        new ByteArrayDeserializer());
  }
}
