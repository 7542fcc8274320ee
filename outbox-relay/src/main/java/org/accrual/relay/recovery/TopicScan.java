package org.accrual.relay.recovery;

import static java.util.stream.Collectors.toSet;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.function.Consumer;
import org.accrual.contract.Headers;
import org.accrual.contract.Topics;
import org.accrual.relay.checkpoint.CommittedReader;
import org.accrual.relay.checkpoint.KafkaSettings;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.header.Header;
import org.jspecify.annotations.Nullable;

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
   * Passes on the outbox id of every committed record from {@code since} to the present end of each
   * topic. Waits for transactions that are open there, whichever producer they belong to. A topic
   * that does not exist has no records.
   */
  public void each(Set<String> aggregateTypes, Instant since, Consumer<UUID> ids) {
    try (CommittedReader reader = new CommittedReader(settings, "accrual-relay-scan", patience)) {
      Set<String> topics = aggregateTypes.stream().map(Topics::of).collect(toSet());
      Map<TopicPartition, Long> ends = reader.highWatermarks(reader.partitions(topics));
      reader.read(
          reader.begins(since, ends),
          ends,
          record -> {
            UUID id = id(record);
            if (id != null) {
              ids.accept(id);
            }
          });
    }
  }

  private static @Nullable UUID id(ConsumerRecord<byte[], byte[]> record) {
    Header own = record.headers().lastHeader(Headers.OUTBOX_ID);
    Header header = own == null ? record.headers().lastHeader(Headers.ID) : own;
    try {
      return header == null
          ? null
          : UUID.fromString(new String(header.value(), StandardCharsets.UTF_8));
    } catch (IllegalArgumentException e) {
      return null;
    }
  }
}
