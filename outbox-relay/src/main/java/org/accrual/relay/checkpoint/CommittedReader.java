package org.accrual.relay.checkpoint;

import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndTimestamp;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.jspecify.annotations.Nullable;

/**
 * Reads the committed records of partitions up to their high watermarks. An open transaction of any
 * producer hides the committed records above it, so the reader waits until that transaction ends.
 * Used by one thread.
 */
public final class CommittedReader implements AutoCloseable {
  /** Exceeds the longest transaction timeout, 15 min, and the 10 s between the broker's checks. */
  public static final Duration PATIENCE = Duration.ofMinutes(16);

  private static final Logger LOG = Logger.getLogger(CommittedReader.class.getName());
  private static final Duration ANSWER = Duration.ofSeconds(30);
  private static final Duration POLL = Duration.ofMillis(500);
  private static final Duration REPORT = Duration.ofSeconds(2);

  private final Duration patience;
  private final Consumer<Optional<String>> obstacles;
  private final Duration topicTimeout;
  private final KafkaConsumer<byte[], byte[]> committed;

  /** Returns offsets that include the open transactions; reads no records. */
  private final KafkaConsumer<byte[], byte[]> uncommitted;

  /**
   * Opens a reader.
   *
   * @param patience how long to wait for an open transaction before {@link #read} fails
   */
  public CommittedReader(KafkaSettings settings, String clientId, Duration patience) {
    this(settings, clientId, patience, obstacle -> {});
  }

  /**
   * Opens a reader that reports its waits.
   *
   * @param obstacles is called when {@link #read} has waited for some seconds, with the reason, and
   *     with none when it continues
   */
  CommittedReader(
      KafkaSettings settings,
      String clientId,
      Duration patience,
      Consumer<Optional<String>> obstacles) {
    this.patience = patience;
    this.obstacles = obstacles;
    this.topicTimeout = settings.topicTimeout();
    this.committed = consumer(settings, clientId, "read_committed");
    this.uncommitted = consumer(settings, clientId + "-offsets", "read_uncommitted");
  }

  /** Returns the partitions of these topics; a topic that does not exist has none. */
  public List<TopicPartition> partitions(Set<String> topics) {
    return uncommitted.listTopics(ANSWER).entrySet().stream()
        .filter(topic -> topics.contains(topic.getKey()))
        .flatMap(topic -> topic.getValue().stream())
        .map(found -> new TopicPartition(found.topic(), found.partition()))
        .toList();
  }

  /**
   * Returns the first offset of each partition.
   *
   * @throws MissingTopicException if a topic still does not exist after the topic timeout
   */
  public Map<TopicPartition, Long> begins(Collection<TopicPartition> partitions) {
    try {
      return uncommitted.beginningOffsets(partitions, topicTimeout);
    } catch (TimeoutException e) {
      for (TopicPartition partition : partitions) {
        if (uncommitted.partitionsFor(partition.topic(), topicTimeout).isEmpty()) {
          throw new MissingTopicException(partition.topic());
        }
      }
      throw e;
    }
  }

  /** Returns the offset of each partition's first record since an instant; its end if none. */
  public Map<TopicPartition, Long> begins(Instant since, Map<TopicPartition, Long> ends) {
    Map<TopicPartition, Long> times = new HashMap<>();
    ends.keySet().forEach(partition -> times.put(partition, since.toEpochMilli()));
    // Not with read_committed, which finds nothing above an open transaction.
    Map<TopicPartition, @Nullable OffsetAndTimestamp> found =
        new HashMap<>(uncommitted.offsetsForTimes(times, ANSWER));
    Map<TopicPartition, Long> begins = new HashMap<>(ends);
    found.forEach(
        (partition, begin) -> {
          if (begin != null) {
            begins.put(partition, begin.offset());
          }
        });
    return begins;
  }

  /** Returns the ends of the partitions, open transactions included. */
  public Map<TopicPartition, Long> highWatermarks(Collection<TopicPartition> partitions) {
    return uncommitted.endOffsets(partitions, ANSWER);
  }

  /** Returns the offsets up to which no transaction is open: {@link #read} does not wait there. */
  Map<TopicPartition, Long> lastStableOffsets(Collection<TopicPartition> partitions) {
    return committed.endOffsets(partitions, ANSWER);
  }

  /**
   * Passes on the committed records between two offsets of each partition, and waits for every open
   * transaction between them. Records above the ends may be passed on too.
   *
   * @throws TimeoutException if nothing more could be read for as long as the patience lasts
   */
  public void read(
      Map<TopicPartition, Long> begins,
      Map<TopicPartition, Long> ends,
      Consumer<ConsumerRecord<byte[], byte[]>> action) {
    committed.assign(ends.keySet());
    committed.resume(ends.keySet());
    begins.forEach(committed::seek);
    long reached = -1;
    long since = System.nanoTime();
    long progress = since;
    boolean reported = false;
    for (List<TopicPartition> left = pending(ends); !left.isEmpty(); left = pending(ends)) {
      committed.poll(POLL).forEach(action);
      long position = ends.keySet().stream().mapToLong(committed::position).sum();
      if (System.nanoTime() - progress > REPORT.toNanos()) {
        progress = System.nanoTime();
        LOG.log(
            Level.INFO,
            "read {0} of {1} partitions to their ends",
            new Object[] {ends.size() - left.size(), ends.size()});
      }
      Duration idle = Duration.ofNanos(System.nanoTime() - since);
      if (position != reached) {
        reached = position;
        since = System.nanoTime();
        if (reported) {
          obstacles.accept(Optional.empty());
        }
        reported = false;
      } else if (idle.compareTo(patience) > 0) {
        throw new TimeoutException(
            "%s, for longer than %s: kafka-transactions.sh finds and aborts a hanging transaction"
                .formatted(obstacle(left), patience));
      } else if (!reported && idle.compareTo(REPORT) > 0) {
        LOG.log(Level.WARNING, "{0}; waiting", obstacle(left));
        obstacles.accept(Optional.of(obstacle(left)));
        reported = true;
      }
    }
  }

  /** Returns the partitions that are not read to their ends, and stops fetching the others. */
  private List<TopicPartition> pending(Map<TopicPartition, Long> ends) {
    List<TopicPartition> pending =
        ends.entrySet().stream()
            .filter(end -> committed.position(end.getKey()) < end.getValue())
            .map(Map.Entry::getKey)
            .toList();
    committed.pause(ends.keySet().stream().filter(one -> !pending.contains(one)).toList());
    return pending;
  }

  private String obstacle(List<TopicPartition> partitions) {
    TopicPartition first = partitions.getFirst();
    return "cannot read partition %s from offset %d on: a transaction is open there, or its leader does not answer"
        .formatted(first, committed.position(first));
  }

  private static KafkaConsumer<byte[], byte[]> consumer(
      KafkaSettings settings, String clientId, String isolation) {
    return new KafkaConsumer<>(
        Map.of(
            "bootstrap.servers",
            settings.bootstrapServers(),
            "isolation.level",
            isolation,
            "enable.auto.commit",
            false,
            // Records that are deleted while they are read must not be skipped silently.
            "auto.offset.reset",
            "none",
            // A missing topic is an error of deployment.
            "allow.auto.create.topics",
            false,
            // At the end of a topic closing waits for a fetch that is under way in vain.
            "fetch.max.wait.ms",
            20,
            "client.id",
            clientId),
        new ByteArrayDeserializer(),
        new ByteArrayDeserializer());
  }

  @Override
  public void close() {
    committed.close();
    uncommitted.close();
  }
}
