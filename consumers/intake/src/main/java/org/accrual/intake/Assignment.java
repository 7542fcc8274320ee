package org.accrual.intake;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRebalanceListener;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.errors.WakeupException;

/**
 * The partitions that a Kafka consumer was assigned: up to where each is done, and whether they are
 * paused. It continues where the database says; the offsets that it commits to Kafka are a copy for
 * Kafka's tools. Used by the loop's thread alone; only {@link #wakeup} may come from another.
 */
final class Assignment implements ConsumerRebalanceListener, AutoCloseable {
  private static final Logger LOG = Logger.getLogger(Assignment.class.getName());
  private static final Duration COMMIT_TIMEOUT = Duration.ofSeconds(5);
  private static final long NEVER = Long.MIN_VALUE;
  private static final String HEARTBEAT = "last-heartbeat-seconds-ago";

  private final Consumer<byte[], byte[]> consumer;
  private final Positions positions;
  private final Map<TopicPartition, OffsetAndMetadata> done = new HashMap<>();
  private final Map<TopicPartition, OffsetAndMetadata> uncommitted = new HashMap<>();
  private boolean committing;
  private long assignedAt = NEVER;
  private boolean resting;

  Assignment(Consumer<byte[], byte[]> consumer, List<String> topics, Positions positions) {
    this.consumer = consumer;
    this.positions = positions;
    consumer.subscribe(topics, this);
  }

  ConsumerRecords<byte[], byte[]> poll(Duration timeout) {
    return consumer.poll(timeout);
  }

  /**
   * Whether the broker has said which partitions are ours, if only none, and still counts us in: it
   * does not when for the session timeout there was neither an assignment nor a heartbeat, since it
   * is away or cut off.
   */
  boolean inGroup(Duration sessionTimeout) {
    if (assignedAt == NEVER) {
      return false;
    }
    double sinceAssigned = (System.nanoTime() - assignedAt) / 1e9;
    return Math.min(sinceAssigned, sinceHeartbeat()) <= sessionTimeout.toSeconds();
  }

  /** In seconds; infinite if there was none yet. */
  private double sinceHeartbeat() {
    return consumer.metrics().values().stream()
        .filter(metric -> metric.metricName().name().equals(HEARTBEAT))
        .mapToDouble(metric -> metric.metricValue() instanceof Double seconds ? seconds : -1)
        .filter(seconds -> seconds >= 0)
        .findFirst()
        .orElse(Double.POSITIVE_INFINITY);
  }

  /**
   * Continues after a batch whose transaction has committed.
   *
   * @param held where to continue in partitions of which records were left out; they are paused
   *     until {@link #releaseHeld}
   */
  void done(ConsumerRecords<byte[], byte[]> batch, Map<TopicPartition, Long> held) {
    Map<TopicPartition, OffsetAndMetadata> next = new HashMap<>(batch.nextOffsets());
    held.forEach(
        (partition, offset) -> {
          next.put(partition, new OffsetAndMetadata(offset));
          consumer.seek(partition, offset);
        });
    consumer.pause(held.keySet());
    done.putAll(next);
    commitSoon(next);
  }

  /** Resumes partitions of which records were left out. */
  void releaseHeld() {
    consumer.resume(consumer.paused());
  }

  /** Commits again what could not be, as in the middle of a rebalance, when nothing else comes. */
  void commitRest() {
    if (!uncommitted.isEmpty() && !committing) {
      commitSoon(Map.copyOf(uncommitted));
    }
  }

  /** Not waited for: until it is there a crash only means repeats, which the gate drops. */
  private void commitSoon(Map<TopicPartition, OffsetAndMetadata> offsets) {
    uncommitted.putAll(offsets);
    committing = true;
    consumer.commitAsync(
        offsets,
        (committed, failure) -> {
          committing = false;
          if (failure == null) {
            uncommitted.entrySet().removeAll(committed.entrySet());
          } else {
            logUncommitted(committed.keySet(), failure);
          }
        });
  }

  /** The batch failed: its records will be polled again, after {@link #wake}. */
  void rest(ConsumerRecords<byte[], byte[]> batch) {
    for (TopicPartition partition : batch.partitions()) {
      consumer.seek(partition, batch.records(partition).getFirst().offset());
    }
    resting = true;
    consumer.pause(consumer.assignment());
  }

  void wake() {
    resting = false;
    consumer.resume(consumer.assignment());
  }

  /** Records that are there but not polled yet, as far as the broker has said. */
  long lag() {
    long lag = 0;
    for (TopicPartition partition : consumer.assignment()) {
      OptionalLong known = consumer.currentLag(partition);
      lag += known.orElse(0);
    }
    return lag;
  }

  /** Of the partitions that the broker has said the end of. */
  List<PartitionProgress> progress() {
    List<PartitionProgress> progress = new ArrayList<>();
    for (TopicPartition partition : consumer.assignment()) {
      OptionalLong ahead = consumer.currentLag(partition);
      if (ahead.isPresent()) {
        // Nothing is in flight between polls, so that what was polled is done. Unlike the offset
        // committed last it is past what holds no record, such as the end of a transaction.
        long position = consumer.position(partition);
        progress.add(
            new PartitionProgress(
                partition.topic(), partition.partition(), position, position + ahead.getAsLong()));
      }
    }
    return progress;
  }

  /** Makes a poll under way, or the next one, throw {@link WakeupException}. */
  void wakeup() {
    consumer.wakeup();
  }

  @Override
  public void onPartitionsAssigned(Collection<TopicPartition> partitions) {
    assignedAt = System.nanoTime();
    if (resting) {
      consumer.pause(partitions);
    }
    if (!partitions.isEmpty()) {
      LOG.log(Level.INFO, "assigned {0}", partitions);
      seek(partitions);
    }
  }

  private void seek(Collection<TopicPartition> partitions) {
    Map<TopicPartition, Long> starts = positions.start(partitions);
    Map<TopicPartition, Long> begins = consumer.beginningOffsets(partitions, COMMIT_TIMEOUT);
    for (TopicPartition partition : partitions) {
      long begin = begins.getOrDefault(partition, 0L);
      long start = starts.getOrDefault(partition, 0L);
      if (start > 0 && start < begin) {
        LOG.log(
            Level.SEVERE,
            "{0}: records from {1} to {2} were deleted before they were read; streams that miss one of"
                + " them are parked as soon as a later one comes. Restore the topic, or see the gaps in"
                + " ops.dead_letters",
            new Object[] {partition, Long.toString(start), Long.toString(begin - 1)});
      }
      consumer.seek(partition, Math.max(start, begin));
    }
  }

  /** Returns whether one of its topics was deleted and made again: its offsets are others now. */
  boolean isOutdated() {
    Set<String> topics = new HashSet<>();
    consumer.assignment().forEach(partition -> topics.add(partition.topic()));
    return !topics.isEmpty() && positions.isMadeAgain(topics);
  }

  /** Nothing is in flight here: batches are applied between polls, and this is called in one. */
  @Override
  public void onPartitionsRevoked(Collection<TopicPartition> partitions) {
    commit(partitions);
    forget(partitions);
  }

  /** Another may have them already, so nothing is committed; the gate drops what it repeats. */
  @Override
  public void onPartitionsLost(Collection<TopicPartition> partitions) {
    forget(partitions);
  }

  /** Commits what is done and leaves the group, so that others need not wait for our session. */
  @Override
  public void close() {
    try {
      commit(new ArrayList<>(done.keySet()));
    } catch (WakeupException spent) {
      commit(new ArrayList<>(done.keySet()));
    } finally {
      consumer.close();
    }
  }

  private void commit(Collection<TopicPartition> partitions) {
    Map<TopicPartition, OffsetAndMetadata> offsets = new HashMap<>(done);
    offsets.keySet().retainAll(partitions);
    if (offsets.isEmpty()) {
      return;
    }
    try {
      consumer.commitSync(offsets, COMMIT_TIMEOUT);
      done.keySet().removeAll(partitions);
      uncommitted.keySet().removeAll(partitions);
    } catch (WakeupException | InterruptException ending) {
      throw ending;
    } catch (KafkaException notNow) {
      logUncommitted(offsets.keySet(), notNow);
    }
  }

  private void forget(Collection<TopicPartition> partitions) {
    done.keySet().removeAll(partitions);
    uncommitted.keySet().removeAll(partitions);
    if (!partitions.isEmpty()) {
      LOG.log(Level.INFO, "gave back {0}", partitions);
    }
  }

  private static void logUncommitted(Set<TopicPartition> partitions, Exception failure) {
    LOG.log(
        Level.FINE,
        "offsets not committed; nothing to do, the next commit covers them: " + partitions,
        failure);
  }

  /** The records of a batch in one list, in order per partition. */
  static List<ConsumerRecord<byte[], byte[]>> records(ConsumerRecords<byte[], byte[]> batch) {
    List<ConsumerRecord<byte[], byte[]>> records = new ArrayList<>(batch.count());
    batch.forEach(records::add);
    return records;
  }
}
