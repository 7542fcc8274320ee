package org.accrual.benchmarks.relay;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/**
 * Waits for the last record of a backlog, which has a topic of its own. One long poll under {@code
 * read_committed} is all that it costs the machine, whichever contender publishes.
 */
final class LastRecord implements AutoCloseable {
  private static final Duration LIMIT = Duration.ofMinutes(20);

  private final KafkaConsumer<byte[], byte[]> consumer;

  /** Waits for the next record of a topic, from its end at construction on. */
  LastRecord(Stand stand, String topic) {
    consumer =
        new KafkaConsumer<>(
            Map.of("bootstrap.servers", stand.kafkaServers(), "isolation.level", "read_committed"),
            new ByteArrayDeserializer(),
            new ByteArrayDeserializer());
    TopicPartition partition = new TopicPartition(topic, 0);
    consumer.assign(List.of(partition));
    consumer.seekToEnd(List.of(partition));
    consumer.position(partition);
  }

  /**
   * Returns once the record can be read.
   *
   * @param process that publishes it
   * @param log of the process
   * @throws IllegalStateException if the process ends before, or after 20 min
   */
  void await(Process process, Object log) {
    long deadline = System.nanoTime() + LIMIT.toNanos();
    while (!arrivesWithin(Duration.ofSeconds(1))) {
      if (!process.isAlive() || System.nanoTime() - deadline > 0) {
        throw new IllegalStateException("the last record of the backlog was not published: " + log);
      }
    }
  }

  /** Returns whether the record arrives within a time. */
  boolean arrivesWithin(Duration time) {
    return !consumer.poll(time).isEmpty();
  }

  @Override
  public void close() {
    consumer.close();
  }
}
