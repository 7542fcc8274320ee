package org.accrual.relay.sink;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import org.accrual.contract.Topics;
import org.accrual.relay.outbox.Mark;
import org.accrual.relay.outbox.OutboxRow;
import org.accrual.relay.sink.Rejections.Rejection;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.RecordTooLargeException;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.jspecify.annotations.Nullable;

/**
 * Writes rows and mark in one Kafka transaction: readers with {@code read_committed} see both or
 * neither. A row published from SQL that cannot become a record is set aside first, and the others
 * go on. After any exception of {@link #publish} this publisher is of no more use; whether the
 * transaction was committed is told by the mark, to whoever fences next.
 */
public final class Publisher implements AutoCloseable {
  private static final Duration CLOSE = Duration.ofSeconds(5);

  private record Outgoing(
      OutboxRow row, Content content, ProducerRecord<byte[], byte[]> record, SendSpan span) {}

  private record Failure(Outgoing of, Exception error) {}

  private final Producer<byte[], byte[]> producer;
  private final RecordEncoder encoder;
  private final Destinations destinations;
  private final Rejections rejections;

  Publisher(
      Producer<byte[], byte[]> producer,
      RecordEncoder encoder,
      Destinations destinations,
      Rejections rejections) {
    this.producer = producer;
    this.encoder = encoder;
    this.destinations = destinations;
    this.rejections = rejections;
  }

  public static Publisher of(SinkSettings settings, SchemaIds schemas, Rejections rejections) {
    return new Publisher(
        producer(settings),
        new RecordEncoder(schemas),
        Destinations.of(settings.bootstrapServers()),
        rejections);
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
   * @return how many of the rows were set aside instead
   * @throws Unpublishable if another row cannot be made a record or is too large; nothing is
   *     visible then
   * @throws MissingTopicException if the topic of another row does not exist; nothing is visible
   *     then
   */
  public int publish(List<OutboxRow> rows, Mark mark) throws InterruptedException {
    return publish(rows, Optional.of(mark));
  }

  /** The same without a mark, for what a recovery publishes before its last transaction. */
  public int publishWithoutMark(List<OutboxRow> rows) throws InterruptedException {
    return publish(rows, Optional.empty());
  }

  private int publish(List<OutboxRow> rows, Optional<Mark> mark) throws InterruptedException {
    // Encoding may wait for the registry, so it comes before the transaction's clock starts.
    List<Rejection> rejected = new ArrayList<>();
    List<Outgoing> outgoing = new ArrayList<>(rows.size());
    for (OutboxRow row : rows) {
      encode(row, rejected).ifPresent(outgoing::add);
    }
    if (!rejected.isEmpty()) {
      rejections.keep(rejected);
    }
    int setAside = rejected.size();
    for (Optional<Outgoing> tooLarge = commit(outgoing, mark);
        tooLarge.isPresent();
        tooLarge = commit(outgoing, mark)) {
      producer.abortTransaction();
      outgoing.remove(tooLarge.get());
      rejections.keep(
          List.of(new Rejection(tooLarge.get().row(), "the topic takes no record of this size")));
      setAside++;
    }
    return setAside;
  }

  private Optional<Outgoing> encode(OutboxRow row, List<Rejection> rejected)
      throws InterruptedException {
    JsonNode headers;
    try {
      headers = Content.headers(row);
    } catch (Unpublishable why) {
      throw new Unpublishable("outbox record %s: %s".formatted(row.id(), why.getMessage()));
    }
    Content content = Content.of(headers);
    try {
      if (content.fromSql() && !destinations.has(Topics.of(row.aggregateType()))) {
        throw new Unpublishable("there is no topic " + Topics.of(row.aggregateType()));
      }
      ProducerRecord<byte[], byte[]> record = encoder.encode(row, content, headers);
      return Optional.of(
          new Outgoing(row, content, record, SendSpan.begin(row, content, headers, record)));
    } catch (Unpublishable why) {
      if (!content.fromSql()) {
        throw why;
      }
      rejected.add(new Rejection(row, String.valueOf(why.getMessage())));
      return Optional.empty();
    }
  }

  /** Empty once committed; else the row from SQL that is too large for its topic. */
  private Optional<Outgoing> commit(List<Outgoing> outgoing, Optional<Mark> mark)
      throws InterruptedException {
    AtomicReference<@Nullable Failure> first = new AtomicReference<>();
    try {
      producer.beginTransaction();
      for (Outgoing next : outgoing) {
        if (first.get() != null) {
          // The transaction cannot be committed any more; a missing topic takes 30 s a record.
          throw new KafkaException("a record was not accepted");
        }
        var _ = producer.send(next.record(), (sent, error) -> note(first, next, error));
      }
      mark.ifPresent(this::send);
      producer.commitTransaction();
      outgoing.forEach(sent -> sent.span().end());
      return Optional.empty();
    } catch (KafkaException failed) {
      Failure failure = first.get();
      if (failure == null || !(failure.error() instanceof RecordTooLargeException)) {
        outgoing.forEach(unsent -> unsent.span().fail(failed));
        if (failure != null && isMissing(failure)) {
          throw new MissingTopicException(failure.of().record().topic());
        }
        throw failed;
      }
      if (failure.of().content().fromSql()) {
        return Optional.of(failure.of());
      }
      OutboxRow row = failure.of().row();
      throw new Unpublishable(
          "outbox record %s of type '%s': %s"
              .formatted(row.id(), row.type(), failure.error().getMessage()));
    }
  }

  /** Returns whether the producer has waited in vain for the record's topic. */
  private boolean isMissing(Failure failure) throws InterruptedException {
    return failure.error() instanceof TimeoutException
        && !destinations.has(failure.of().record().topic());
  }

  private void send(Mark mark) {
    var _ =
        producer.send(
            new ProducerRecord<>(
                MarkTopic.PARTITION.topic(),
                MarkTopic.PARTITION.partition(),
                MarkFormat.key(mark.origin().slot()),
                MarkFormat.value(mark)));
  }

  private static void note(
      AtomicReference<@Nullable Failure> first, Outgoing of, @Nullable Exception error) {
    if (error != null) {
      first.compareAndSet(null, new Failure(of, error));
    }
  }

  /** Gives up an open transaction. Waits at most 10 s. */
  @Override
  public void close() {
    producer.close(CLOSE);
    destinations.close();
  }
}
