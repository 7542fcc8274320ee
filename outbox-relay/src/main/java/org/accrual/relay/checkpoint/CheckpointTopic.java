package org.accrual.relay.checkpoint;

import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BiFunction;
import java.util.function.Consumer;
import org.accrual.contract.Topics;
import org.accrual.relay.stream.outbox.Checkpoint;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;

/** Reads the committed checkpoints of a slot from its topic. */
public final class CheckpointTopic {
  /**
   * How far from the end the search begins; every delivery adds a checkpoint and a control record.
   */
  private static final long FIRST_REACH = 64;

  private final KafkaSettings settings;
  private final Duration patience;
  private final TopicPartition partition;
  private final Consumer<Optional<String>> obstacles;

  /** Creates one for a command, which reports no waits. */
  public CheckpointTopic(KafkaSettings settings) {
    this(settings, obstacle -> {});
  }

  /**
   * Creates one for the relay.
   *
   * @param obstacles is called when {@link #newest} has waited for some seconds, with the reason,
   *     and with none when it continues
   */
  public CheckpointTopic(KafkaSettings settings, Consumer<Optional<String>> obstacles) {
    this(settings, CommittedReader.PATIENCE, obstacles);
  }

  CheckpointTopic(KafkaSettings settings, Duration patience, Consumer<Optional<String>> obstacles) {
    this.settings = settings;
    this.patience = patience;
    this.obstacles = obstacles;
    this.partition = partition(settings.slot());
  }

  /** Returns the partition that holds all checkpoints of a slot, however many its topic has. */
  public static TopicPartition partition(String slot) {
    return new TopicPartition(Topics.relayCheckpoint(slot), 0);
  }

  /**
   * Returns the newest committed checkpoint; empty if the slot never had one. Waits for every
   * transaction that is open on the topic. It is the last checkpoint of a predecessor only if that
   * one's producer was fenced before.
   *
   * @throws MissingTopicException if the topic does not exist
   * @throws UnreadableCheckpointException if this version does not know the checkpoint's format
   */
  public Optional<Checkpoint> newest() {
    return newest(CommittedReader::highWatermarks);
  }

  /**
   * Returns the newest checkpoint that is visible now: transactions that are open, or that lie
   * above an open one, are left out, so a newer checkpoint may exist.
   *
   * @throws MissingTopicException if the topic does not exist
   * @throws UnreadableCheckpointException if this version does not know the checkpoint's format
   */
  public Optional<Checkpoint> newestVisible() {
    return newest(CommittedReader::lastStableOffsets);
  }

  private Optional<Checkpoint> newest(
      BiFunction<CommittedReader, Collection<TopicPartition>, Map<TopicPartition, Long>> ends) {
    List<TopicPartition> only = List.of(partition);
    try (CommittedReader reader =
        new CommittedReader(settings, "accrual-relay-checkpoint", patience, obstacles)) {
      long begin = offset(reader.begins(only));
      long end = offset(ends.apply(reader, only));
      // From the end in growing steps: the topic is compacted, but never at once.
      for (long reach = FIRST_REACH; ; reach *= 8) {
        long from = Math.max(begin, end - reach);
        Optional<Checkpoint> found = last(reader, from, end);
        if (found.isPresent() || from == begin) {
          return found;
        }
      }
    }
  }

  private Optional<Checkpoint> last(CommittedReader reader, long from, long end) {
    AtomicReference<@Nullable ConsumerRecord<byte[], byte[]>> newest = new AtomicReference<>();
    reader.read(Map.of(partition, from), Map.of(partition, end), newest::set);
    return Optional.ofNullable(newest.get())
        .map(ConsumerRecord::value)
        .map(CheckpointFormat::parse);
  }

  private long offset(Map<TopicPartition, Long> offsets) {
    Long offset = offsets.get(partition);
    return offset == null ? 0 : offset;
  }
}
