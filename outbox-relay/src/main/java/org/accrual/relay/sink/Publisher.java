package org.accrual.relay.sink;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;
import org.accrual.contract.Topics;
import org.accrual.relay.outbox.Mark;
import org.accrual.relay.outbox.OutboxRow;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.RecordTooLargeException;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.jspecify.annotations.Nullable;

/**
 * Writes rows and mark in one Kafka transaction: readers with {@code read_committed} see both or
 * neither. After any exception of {@link #publish} this publisher is of no more use; whether the
 * transaction was committed is told by the mark, to whoever fences next.
 */
public final class Publisher implements AutoCloseable {
  private static final Duration CLOSE = Duration.ofSeconds(5);

  private record Failure(OutboxRow row, Exception error) {}

  private final Producer<byte[], byte[]> producer;
  private final RecordEncoder encoder;

  public Publisher(Producer<byte[], byte[]> producer, RecordEncoder encoder) {
    this.producer = producer;
    this.encoder = encoder;
  }

  /** A producer whose transactions are named after the slot, so that a newcomer fences it. */
  public static Producer<byte[], byte[]> producer(SinkSettings settings) {
    return new KafkaProducer<>(
        Map.of(
            "bootstrap.servers",
            settings.bootstrapServers(),
            "client.id",
            "accrual-relay",
            "transactional.id",
            "accrual-relay-" + settings.slot(),
            "transaction.timeout.ms",
            Math.toIntExact(settings.transactionTimeout().toMillis()),
            "acks",
            "all",
            "linger.ms",
            0,
            "batch.size",
            128 * 1024,
            // Failing after this ends the process, whose next start is the retry.
            "delivery.timeout.ms",
            60_000,
            "max.block.ms",
            30_000),
        new ByteArraySerializer(),
        new ByteArraySerializer());
  }

  /** Ends whatever a predecessor left open and forbids it to go on. */
  public void fence() {
    producer.initTransactions();
  }

  /**
   * Commits the rows and the mark together.
   *
   * @throws Unpublishable if a row cannot be made a record or is too large; nothing is visible then
   */
  public void publish(List<OutboxRow> rows, Mark mark) throws InterruptedException {
    // Encoding may wait for the registry, so it comes before the transaction's clock starts.
    List<ProducerRecord<byte[], byte[]>> records = new ArrayList<>(rows.size());
    for (OutboxRow row : rows) {
      records.add(encoder.encode(row));
    }
    AtomicReference<@Nullable Failure> first = new AtomicReference<>();
    try {
      producer.beginTransaction();
      for (int i = 0; i < records.size(); i++) {
        OutboxRow row = rows.get(i);
        var _ = producer.send(records.get(i), (sent, error) -> note(first, row, error));
      }
      var _ =
          producer.send(
              new ProducerRecord<>(
                  Topics.RELAY_MARK, MarkFormat.key(mark.origin().slot()), MarkFormat.value(mark)));
      producer.commitTransaction();
    } catch (KafkaException failed) {
      Failure failure = first.get();
      if (failure != null && failure.error() instanceof RecordTooLargeException) {
        throw new Unpublishable(
            "outbox record %s of type '%s': %s"
                .formatted(failure.row().id(), failure.row().type(), failure.error().getMessage()));
      }
      throw failed;
    }
  }

  private static void note(
      AtomicReference<@Nullable Failure> first, OutboxRow row, @Nullable Exception error) {
    if (error != null) {
      first.compareAndSet(null, new Failure(row, error));
    }
  }

  /** Gives up an open transaction. Waits at most 5 s. */
  @Override
  public void close() {
    producer.close(CLOSE);
  }
}
