package org.accrual.relay.stream.source;

import io.debezium.connector.postgresql.connection.ReplicationStream;
import io.debezium.embedded.Connect;
import io.debezium.engine.DebeziumEngine;
import io.debezium.engine.DebeziumEngine.RecordCommitter;
import io.debezium.engine.RecordChangeEvent;
import io.debezium.engine.format.ChangeEventFormat;
import java.io.IOException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;
import org.accrual.relay.stream.outbox.Delivery;
import org.accrual.relay.stream.outbox.DeliveryQueue;
import org.accrual.relay.stream.outbox.Position;
import org.accrual.relay.stream.outbox.SliceLimits;
import org.accrual.relay.stream.outbox.StreamMismatchException;
import org.accrual.relay.stream.outbox.TransactionBuffer;
import org.apache.kafka.connect.source.SourceRecord;
import org.jspecify.annotations.Nullable;

/**
 * Reads the slot and delivers transactions to a receiver, in the order of their commits: whole, or
 * in slices if they are above the limits. A position is confirmed to the database only after the
 * receiver has returned. One instance runs once.
 *
 * <p>Threads: {@link #run} blocks its caller. Debezium's streaming thread acquires the slot, reads
 * it and adds transactions to the queue; its polling thread takes them from there, publishes and
 * confirms. {@link #stop} may come from any thread.
 */
public final class DebeziumSource {
  /** After so long without a transaction the polling thread checks for failures. */
  private static final Duration PATIENCE = Duration.ofMillis(50);

  private final Receiver receiver;
  private final SliceLimits limits;
  private final DeliveryQueue queue;
  private final String name;
  private final DebeziumEngine<RecordChangeEvent<SourceRecord>> engine;

  /** The first error is the cause; what the engine throws after it is its consequence. */
  private final AtomicReference<@Nullable Throwable> error = new AtomicReference<>();

  /** Set by the streaming thread when the slot is acquired. */
  private @Nullable Position checkpoint;

  /**
   * Creates a source.
   *
   * @param moveSlotOn whether the role may move the slot on with each heartbeat
   */
  public DebeziumSource(SourceSettings settings, boolean moveSlotOn, Receiver receiver) {
    this.receiver = receiver;
    this.limits = settings.slice();
    this.queue =
        new DeliveryQueue(
            settings.batchRows(),
            settings.queueBytes(),
            settings.pollInterval(),
            InstantSource.system());
    this.name = Owner.Register.add(new Ownership());
    this.engine =
        DebeziumEngine.create(ChangeEventFormat.of(Connect.class))
            .using(EngineProperties.of(settings, moveSlotOn, name))
            .notifying(this::handle)
            .using(
                (success, message, failure) -> {
                  if (!success) {
                    error.compareAndSet(
                        null, failure == null ? new StreamMismatchException(message) : failure);
                  }
                })
            .build();
  }

  /**
   * Reads until stopped or broken.
   *
   * @return what broke it; empty if it was stopped
   */
  public Optional<Throwable> run() {
    try {
      engine.run();
    } finally {
      Owner.Register.remove(name);
    }
    return Optional.ofNullable(error.get());
  }

  /** Ends {@link #run} once the delivery at hand is published. */
  public void stop() throws IOException {
    try {
      queue.close();
      engine.close();
    } catch (IllegalStateException e) {
      // The engine cannot be closed while it starts, closes or has closed; the caller, which waits
      // for run to return, decides how long.
    }
  }

  private final class Ownership implements Owner {
    @Override
    public Position slotAcquired() throws InterruptedException {
      if (checkpoint != null) {
        throw new StreamMismatchException("streaming started a second time in one process");
      }
      try {
        Position acquired = receiver.slotAcquired();
        checkpoint = acquired;
        return acquired;
      } catch (RuntimeException e) {
        error.compareAndSet(null, e);
        throw e;
      }
    }

    @Override
    public ReplicationStream streaming(
        ReplicationStream stream, Supplier<@Nullable Object> description) {
      return new OutboxStream(
          stream,
          new TransactionBuffer(Objects.requireNonNull(checkpoint), limits, queue),
          description,
          receiver);
    }

    @Override
    public Optional<Delivery> next() throws InterruptedException {
      receiver.polling();
      return queue.take(PATIENCE);
    }
  }

  private void handle(
      List<RecordChangeEvent<SourceRecord>> records,
      RecordCommitter<RecordChangeEvent<SourceRecord>> committer)
      throws InterruptedException {
    try {
      for (RecordChangeEvent<SourceRecord> record : records) {
        Delivery delivery = ((DeliveryRecord) record.record()).delivery();
        receiver.deliver(delivery);
        committer.markProcessed(record);
      }
      committer.markBatchFinished();
    } catch (RuntimeException e) {
      error.compareAndSet(null, e);
      throw e;
    }
  }
}
