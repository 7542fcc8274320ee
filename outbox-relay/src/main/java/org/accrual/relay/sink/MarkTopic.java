package org.accrual.relay.sink;

import java.time.Duration;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BiFunction;
import org.accrual.contract.Topics;
import org.accrual.relay.outbox.Mark;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;

/** Reads the committed marks of a slot from the topic that all slots share. */
public final class MarkTopic {
  /** Holds all marks, however many partitions the topic has. */
  static final TopicPartition PARTITION = new TopicPartition(Topics.RELAY_MARK, 0);

  /** How far from the end the search begins; every delivery adds a mark and a control record. */
  private static final long FIRST_REACH = 64;

  private final SinkSettings settings;
  private final Duration patience;

  public MarkTopic(SinkSettings settings) {
    this(settings, CommittedReader.PATIENCE);
  }

  MarkTopic(SinkSettings settings, Duration patience) {
    this.settings = settings;
    this.patience = patience;
  }

  /**
   * Returns the newest committed mark; empty if the slot never had one. Waits for every transaction
   * that is open on the topic, also those of other slots. It is the last mark of a predecessor only
   * if that one's producer was fenced before.
   *
   * @throws MissingTopicException if the topic does not exist
   * @throws UnreadableMark if this version does not know the mark's format
   */
  public Optional<Mark> newest() {
    return newest(CommittedReader::highWatermarks);
  }

  /**
   * Returns the newest mark that is visible now: transactions that are open, or that lie above an
   * open one, are left out, so a newer mark may exist.
   *
   * @throws MissingTopicException if the topic does not exist
   * @throws UnreadableMark if this version does not know the mark's format
   */
  public Optional<Mark> newestVisible() {
    return newest(CommittedReader::lastStableOffsets);
  }

  private Optional<Mark> newest(
      BiFunction<CommittedReader, Collection<TopicPartition>, Map<TopicPartition, Long>> ends) {
    List<TopicPartition> only = List.of(PARTITION);
    try (CommittedReader reader = new CommittedReader(settings, "accrual-relay-mark", patience)) {
      long begin = offset(reader.begins(only));
      long end = offset(ends.apply(reader, only));
      // From the end in growing steps: the topic is compacted, but never at once.
      for (long reach = FIRST_REACH; ; reach *= 8) {
        long from = Math.max(begin, end - reach);
        Optional<Mark> found = last(reader, from, end);
        if (found.isPresent() || from == begin) {
          return found;
        }
      }
    }
  }

  private Optional<Mark> last(CommittedReader reader, long from, long end) {
    byte[] key = MarkFormat.key(settings.slot());
    AtomicReference<@Nullable ConsumerRecord<byte[], byte[]>> newest = new AtomicReference<>();
    reader.read(
        Map.of(PARTITION, from),
        Map.of(PARTITION, end),
        mark -> {
          if (Arrays.equals(key, mark.key())) {
            newest.set(mark);
          }
        });
    return Optional.ofNullable(newest.get()).map(ConsumerRecord::value).map(MarkFormat::parse);
  }

  private static long offset(Map<TopicPartition, Long> offsets) {
    Long offset = offsets.get(PARTITION);
    return offset == null ? 0 : offset;
  }
}
