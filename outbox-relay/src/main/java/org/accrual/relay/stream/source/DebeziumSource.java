package org.accrual.relay.stream.source;

import io.debezium.embedded.Connect;
import io.debezium.engine.DebeziumEngine;
import io.debezium.engine.DebeziumEngine.RecordCommitter;
import io.debezium.engine.RecordChangeEvent;
import io.debezium.engine.format.ChangeEventFormat;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import org.accrual.relay.stream.outbox.Delivery;
import org.accrual.relay.stream.outbox.Position;
import org.accrual.relay.stream.outbox.SliceLimits;
import org.accrual.relay.stream.outbox.StreamMismatch;
import org.accrual.relay.stream.outbox.TransactionBuffer;
import org.apache.kafka.connect.source.SourceRecord;
import org.jspecify.annotations.Nullable;

/**
 * Reads the slot and hands transactions to a receiver, in the order of their commits: whole, or in
 * slices if they are above the limits. The database is told to forget what was delivered only after
 * the receiver has returned. One instance runs once.
 *
 * <p>Threads: {@link #run} blocks its caller. Debezium's streaming thread acquires the slot; its
 * polling thread handles the batches. {@link #stop} may come from any thread.
 */
public final class DebeziumSource {
  private final Receiver receiver;
  private final SliceLimits limits;
  private final String name;
  private final DebeziumEngine<RecordChangeEvent<SourceRecord>> engine;
  private final ChangeReader reader = new ChangeReader(EngineProperties.PREFIX);
  private final Boundaries boundaries = new Boundaries();

  /** The first error is the cause; what the engine throws after it is its consequence. */
  private final AtomicReference<@Nullable Throwable> error = new AtomicReference<>();

  /** Made by the streaming thread when the slot is ours, used by the polling thread after that. */
  private volatile @Nullable TransactionBuffer buffer;

  /**
   * @param moveSlotOn whether the role may let the slot go on with each heartbeat
   */
  public DebeziumSource(SourceSettings settings, boolean moveSlotOn, Receiver receiver) {
    this.receiver = receiver;
    this.limits = settings.slice();
    this.name = Owners.remember(new Owner());
    this.engine =
        DebeziumEngine.create(ChangeEventFormat.of(Connect.class))
            .using(EngineProperties.of(settings, moveSlotOn, name))
            .notifying(this::handle)
            .using(
                (success, message, failure) -> {
                  if (!success) {
                    error.compareAndSet(
                        null, failure == null ? new StreamMismatch(message) : failure);
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
      Owners.forget(name);
    }
    return Optional.ofNullable(error.get());
  }

  /** Ends {@link #run} once the batch at hand is delivered. */
  public void stop() throws IOException {
    try {
      engine.close();
    } catch (IllegalStateException notRunning) {
      // The engine cannot be closed while it starts, closes or has closed; the caller, which waits
      // for run to return, decides how long.
    }
  }

  private final class Owner implements Owners.Owner {
    @Override
    public Position slotAcquired() throws InterruptedException {
      return DebeziumSource.this.slotAcquired();
    }

    @Override
    public void polling() {
      receiver.polling();
    }

    @Override
    public void ended(Boundary boundary) {
      boundaries.announce(boundary);
    }

    @Override
    public void foreignRow() {
      receiver.foreignRow();
    }
  }

  private Position slotAcquired() throws InterruptedException {
    if (buffer != null) {
      throw new StreamMismatch("streaming started a second time in one process");
    }
    try {
      Position checkpoint = receiver.slotAcquired();
      buffer = new TransactionBuffer(checkpoint, limits);
      return checkpoint;
    } catch (RuntimeException refused) {
      error.compareAndSet(null, refused);
      throw refused;
    }
  }

  private void handle(
      List<RecordChangeEvent<SourceRecord>> records,
      RecordCommitter<RecordChangeEvent<SourceRecord>> committer)
      throws InterruptedException {
    TransactionBuffer current = buffer;
    if (current == null) {
      // The engine's heartbeat may run ahead of the slot.
      committer.markBatchFinished();
      return;
    }
    try {
      RecordChangeEvent<SourceRecord> confirmable = null;
      for (RecordChangeEvent<SourceRecord> record : records) {
        if (isBoundary(current, reader.read(record.record()))) {
          confirmable = record;
        }
      }
      Optional<Delivery> delivery = current.take();
      if (delivery.isPresent()) {
        receiver.deliver(delivery.get());
      }
      if (confirmable != null) {
        committer.markProcessed(confirmable);
      }
      committer.markBatchFinished();
    } catch (RuntimeException broken) {
      error.compareAndSet(null, broken);
      throw broken;
    }
  }

  private boolean isBoundary(TransactionBuffer buffer, Change change) {
    return switch (change) {
      case Change.Row(long transaction, var row) -> {
        long rows = buffer.row(transaction, row);
        Optional<Boundary> end = boundaries.endAt(transaction, rows);
        end.ifPresent(boundary -> buffer.commit(transaction, boundary.end(), boundary.at()));
        yield end.isPresent();
      }
      case Change.Idle(long lsn, var at, String publicationVersion) -> {
        receiver.heartbeat(publicationVersion);
        boundaries.requireNoneUpTo(lsn);
        yield buffer.idle(lsn, at);
      }
      case Change.Nothing _ -> false;
    };
  }
}
