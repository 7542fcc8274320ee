package org.accrual.relay.recovery;

import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import org.accrual.relay.checkpoint.CommittedReader;
import org.accrual.relay.checkpoint.KafkaSettings;
import org.apache.kafka.common.TopicPartition;

/** Reads which outbox records are on the topics for consumers with {@code read_committed}. */
public final class TopicScan {
  private final KafkaSettings settings;
  private final Duration patience;

  public TopicScan(KafkaSettings settings) {
    this(settings, CommittedReader.PATIENCE);
  }

  TopicScan(KafkaSettings settings, Duration patience) {
    this.settings = settings;
    this.patience = patience;
  }

  /**
   * Passes on every committed record that has the id of an outbox row, from {@code since} to the
   * present end of each topic. Waits for transactions that are open there, whichever producer they
   * belong to. A topic that does not exist has no records.
   */
  void each(Set<String> topics, Instant since, Consumer<PublishedRecord> action) {
    try (CommittedReader reader = new CommittedReader(settings, "accrual-relay-scan", patience)) {
      Map<TopicPartition, Long> ends = reader.highWatermarks(reader.partitions(topics));
      reader.read(
          reader.begins(since, ends),
          ends,
          record -> PublishedRecord.of(record, settings.slot()).ifPresent(action));
    }
  }
}
