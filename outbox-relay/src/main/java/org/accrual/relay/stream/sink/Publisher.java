package org.accrual.relay.stream.sink;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicReference;
import org.accrual.contract.Topics;
import org.accrual.relay.checkpoint.CheckpointFormat;
import org.accrual.relay.checkpoint.CheckpointTopic;
import org.accrual.relay.checkpoint.KafkaSettings;
import org.accrual.relay.checkpoint.MissingTopicException;
import org.accrual.relay.stream.encoding.Content;
import org.accrual.relay.stream.encoding.RecordEncoder;
import org.accrual.relay.stream.encoding.RowHeaders;
import org.accrual.relay.stream.encoding.SchemaIds;
import org.accrual.relay.stream.encoding.UnpublishableException;
import org.accrual.relay.stream.outbox.Checkpoint;
import org.accrual.relay.stream.outbox.OutboxRow;
import org.accrual.relay.stream.sink.Rejections.Rejection;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.jspecify.annotations.Nullable;

/**
 * Writes rows and checkpoint in one Kafka transaction: readers with {@code read_committed} see both
 * or neither. A row published from SQL that cannot become a record is set aside first, and the
 * others continue. After any exception of {@link #publish} but {@link UnpublishableException} this
 * publisher is of no more use; the checkpoint shows whether the transaction was committed, to the
 * next relay that fences.
 */
public final class Publisher implements AutoCloseable {
  private static final Duration CLOSE = Duration.ofSeconds(5);

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

  public static Publisher of(KafkaSettings settings, SchemaIds schemas, Rejections rejections) {
    return new Publisher(
        producer(settings),
        new RecordEncoder(schemas, settings.slot()),
        new KafkaDestinations(settings.bootstrapServers()),
        rejections);
  }

  /** A producer whose transactions are named after the slot, so that a newcomer fences it. */
  public static Producer<byte[], byte[]> producer(KafkaSettings settings) {
    return new KafkaProducer<>(
        Map.ofEntries(
            Map.entry("bootstrap.servers", settings.bootstrapServers()),
            Map.entry("client.id", "accrual-relay"),
            Map.entry("transactional.id", "accrual-relay-" + settings.slot()),
            Map.entry(
                "transaction.timeout.ms",
                Math.toIntExact(settings.transactionTimeout().toMillis())),
            Map.entry("acks", "all"),
            Map.entry("linger.ms", 100),
            Map.entry("batch.size", 128 * 1024),
            Map.entry("max.request.size", Destination.MAX_REQUEST_BYTES),
            // Failing after this ends the process, whose next start is the retry.
            Map.entry("delivery.timeout.ms", 60_000),
            Map.entry("max.block.ms", settings.topicTimeout().toMillis())),
        new ByteArraySerializer(),
        new ByteArraySerializer());
  }

  /** Aborts what a predecessor left open and forbids it to continue. */
  public void fence() {
    producer.initTransactions();
  }

  /**
   * Commits the rows and the checkpoint together.
   *
   * @return how many of the rows were set aside instead
   * @throws UnpublishableException if another row cannot be made a record or is too large; nothing
   *     is visible then, and the same rows may be published later
   * @throws MissingTopicException if the topic of another row does not exist; nothing is visible
   *     then
   */
  public int publish(List<OutboxRow> rows, Checkpoint checkpoint) throws InterruptedException {
    return publish(rows, Optional.of(checkpoint));
  }

  /** The same without a checkpoint, for what a recovery publishes before its last transaction. */
  public int publishWithoutCheckpoint(List<OutboxRow> rows) throws InterruptedException {
    return publish(rows, Optional.empty());
  }

  private int publish(List<OutboxRow> rows, Optional<Checkpoint> checkpoint)
      throws InterruptedException {
    // Encoding may wait for the registry, so it comes before the transaction's time begins.
    List<Rejection> rejected = new ArrayList<>();
    List<Outgoing> outgoing = new ArrayList<>(rows.size());
    for (OutboxRow row : rows) {
      encode(row, rejected).ifPresent(outgoing::add);
    }
    if (!rejected.isEmpty()) {
      rejections.keep(rejected);
    }
    removeKept(outgoing);
    for (List<Rejection> refused = commit(outgoing, checkpoint);
        !refused.isEmpty();
        refused = commit(outgoing, checkpoint)) {
      rejections.keep(refused);
    }
    return rows.size() - outgoing.size();
  }

  /** Removes rows that were set aside before this process began; see {@link Rejections#keptOf}. */
  private void removeKept(List<Outgoing> outgoing) {
    List<String> fromSql =
        outgoing.stream().filter(Outgoing::fromSql).map(each -> each.row().id()).toList();
    if (!fromSql.isEmpty()) {
      Set<String> kept = rejections.keptOf(fromSql);
      Outgoing.remove(
          outgoing, each -> kept.contains(each.row().id()), "it is in outbox.rejected already");
    }
  }

  private Optional<Outgoing> encode(OutboxRow row, List<Rejection> rejected)
      throws InterruptedException {
    RowHeaders headers;
    try {
      headers = RowHeaders.of(row);
    } catch (UnpublishableException why) {
      throw new UnpublishableException(
          "outbox record %s: %s".formatted(row.id(), why.getMessage()));
    }
    Content content = Content.of(headers);
    try {
      ProducerRecord<byte[], byte[]> record = encoded(row, content, headers);
      return Optional.of(
          new Outgoing(row, content, record, SendSpan.begin(row, content, headers, record)));
    } catch (UnpublishableException why) {
      if (!content.fromSql()) {
        throw why;
      }
      rejected.add(new Rejection(row, String.valueOf(why.getMessage())));
      return Optional.empty();
    }
  }

  private ProducerRecord<byte[], byte[]> encoded(OutboxRow row, Content content, RowHeaders headers)
      throws InterruptedException {
    if (!content.fromSql()) {
      return encoder.encode(row, content, headers);
    }
    Destination destination = destinations.of(Topics.of(row.aggregateType()));
    destination.requireOpen();
    ProducerRecord<byte[], byte[]> record = encoder.encode(row, content, headers);
    destination.requireRoomFor(record);
    return record;
  }

  /** Returns none once committed; otherwise the rows from SQL that it had to remove. */
  private List<Rejection> commit(List<Outgoing> outgoing, Optional<Checkpoint> checkpoint)
      throws InterruptedException {
    AtomicReference<@Nullable SendFailure> first = new AtomicReference<>();
    try {
      producer.beginTransaction();
      for (Outgoing next : outgoing) {
        if (first.get() != null) {
          // The transaction cannot be committed any more; a missing topic takes its timeout a
          // record.
          throw new KafkaException("a record was not accepted");
        }
        var _ = producer.send(next.record(), (sent, error) -> note(first, next, error));
      }
      checkpoint.ifPresent(this::send);
      producer.commitTransaction();
      outgoing.forEach(sent -> sent.span().end());
      return List.of();
    } catch (KafkaException failed) {
      SendFailure failure = first.get();
      List<Outgoing> concerned = failure == null ? List.of() : failure.concernedFromSql(outgoing);
      if (failure != null && !concerned.isEmpty()) {
        producer.abortTransaction();
        return removed(outgoing, concerned, failure);
      }
      outgoing.forEach(unsent -> unsent.span().fail(failed));
      if (failure != null && isMissing(failure)) {
        throw new MissingTopicException(failure.of().topic());
      }
      if (failure == null || !failure.concernsTheRecord()) {
        throw failed;
      }
      producer.abortTransaction();
      OutboxRow row = failure.of().row();
      throw new UnpublishableException(
          "outbox record %s of type '%s': %s".formatted(row.id(), row.type(), failure.message()));
    }
  }

  /** Returns whether the producer has waited in vain for the record's topic. */
  private boolean isMissing(SendFailure failure) throws InterruptedException {
    return failure.error() instanceof TimeoutException
        && destinations.of(failure.of().topic()).missing();
  }

  private List<Rejection> removed(
      List<Outgoing> outgoing, List<Outgoing> concerned, SendFailure failure) {
    String why = failure.message();
    failure.closedTopics().forEach(topic -> destinations.refused(topic, why));
    Set<Outgoing> gone = Collections.newSetFromMap(new IdentityHashMap<>());
    gone.addAll(concerned);
    return Outgoing.remove(outgoing, gone::contains, why).stream()
        .map(each -> new Rejection(each.row(), why))
        .toList();
  }

  private void send(Checkpoint checkpoint) {
    String slot = checkpoint.origin().slot();
    TopicPartition partition = CheckpointTopic.partition(slot);
    var _ =
        producer.send(
            new ProducerRecord<>(
                partition.topic(),
                partition.partition(),
                CheckpointFormat.key(slot),
                CheckpointFormat.value(checkpoint)));
  }

  private static void note(
      AtomicReference<@Nullable SendFailure> first, Outgoing of, @Nullable Exception error) {
    if (error != null) {
      first.compareAndSet(null, new SendFailure(of, error));
    }
  }

  /** Gives up an open transaction. Waits at most 10 s. */
  @Override
  public void close() {
    producer.close(CLOSE);
    destinations.close();
    rejections.close();
  }
}
