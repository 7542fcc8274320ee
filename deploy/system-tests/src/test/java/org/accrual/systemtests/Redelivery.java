package org.accrual.systemtests;

import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.accrual.contract.Topics;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/**
 * Writes every record of the topics again, nine times on average, late and in any order: tenfold
 * deliveries. Owned by its thread until {@link #close}.
 */
final class Redelivery implements AutoCloseable {
  private static final int COPIES = 9;
  private static final int HOW_FAR_BACK = 500;

  private final KafkaConsumer<byte[], byte[]> reader;
  private final KafkaProducer<byte[], byte[]> writer;
  private final Random random;
  private final Set<Content> known = new HashSet<>();
  private final List<ConsumerRecord<byte[], byte[]>> originals = new ArrayList<>();
  private final Map<TopicPartition, Long> last = new ConcurrentHashMap<>();
  private final AtomicInteger copies = new AtomicInteger();
  private final CompletableFuture<Void> running;
  private volatile boolean copying;
  private volatile boolean reading = true;

  /** A record, whichever time it is written. */
  private record Content(String topic, ByteBuffer key, ByteBuffer value) {}

  /**
   * Begins.
   *
   * @param copying false to read only
   */
  Redelivery(String bootstrapServers, Random random, boolean copying) {
    this.random = random;
    this.copying = copying;
    reader =
        new KafkaConsumer<>(
            Map.of("bootstrap.servers", bootstrapServers, "isolation.level", "read_committed"),
            new ByteArrayDeserializer(),
            new ByteArrayDeserializer());
    writer =
        new KafkaProducer<>(
            Map.of("bootstrap.servers", bootstrapServers),
            new ByteArraySerializer(),
            new ByteArraySerializer());
    List<TopicPartition> partitions =
        Stream.of(Topics.EVENT_TOPICS, Topics.COMMAND_TOPICS, Topics.ANSWER_TOPICS)
            .flatMap(List::stream)
            .flatMap(topic -> reader.partitionsFor(topic).stream())
            .map(partition -> new TopicPartition(partition.topic(), partition.partition()))
            .toList();
    reader.assign(partitions);
    reader.seekToBeginning(partitions);
    running =
        CompletableFuture.runAsync(
            this::run, task -> Thread.ofPlatform().name("redelivery").start(task));
  }

  private void run() {
    while (reading) {
      for (ConsumerRecord<byte[], byte[]> record : reader.poll(Duration.ofMillis(200))) {
        last.put(new TopicPartition(record.topic(), record.partition()), record.offset());
        if (copying
            && known.add(
                new Content(
                    record.topic(),
                    ByteBuffer.wrap(record.key()),
                    ByteBuffer.wrap(record.value())))) {
          originals.add(record);
          for (int copy = 0; copy < COPIES; copy++) {
            int back = random.nextInt(Math.min(originals.size(), HOW_FAR_BACK));
            writeAgain(originals.get(originals.size() - 1 - back));
          }
        }
      }
    }
  }

  private void writeAgain(ConsumerRecord<byte[], byte[]> record) {
    copies.incrementAndGet();
    var _ =
        writer.send(
            new ProducerRecord<>(
                record.topic(),
                record.partition(),
                record.key(),
                record.value(),
                record.headers()));
  }

  /** No more copies; it goes on reading. */
  void stopCopying() {
    copying = false;
  }

  /** The offset of the last record of each partition that has any, control records aside. */
  Map<TopicPartition, Long> last() {
    return Map.copyOf(last);
  }

  @Override
  public void close() {
    reading = false;
    running.orTimeout(30, TimeUnit.SECONDS).join();
    writer.close(Duration.ofSeconds(10));
    reader.close();
  }

  @Override
  public String toString() {
    return originals.size() + " records and " + copies + " copies of them";
  }
}
