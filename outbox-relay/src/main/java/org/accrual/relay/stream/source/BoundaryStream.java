package org.accrual.relay.stream.source;

import io.debezium.connector.postgresql.connection.Lsn;
import io.debezium.connector.postgresql.connection.ReplicationMessage;
import io.debezium.connector.postgresql.connection.ReplicationStream;
import java.sql.SQLException;
import java.util.concurrent.ExecutorService;
import java.util.function.Consumer;
import org.accrual.relay.stream.outbox.StreamMismatch;
import org.jspecify.annotations.Nullable;

/**
 * Finds the ends of transactions in the stream, as Debezium reads it. Each row is held until the
 * next message, so that a COMMIT is known before the last row of its transaction goes on; a
 * transaction always ends with one, so no row is held for long. Debezium's own END records would
 * tell the same, at the price of two more records a transaction.
 *
 * <p>Used by Debezium's streaming thread, but for what is handed through.
 */
final class BoundaryStream implements ReplicationStream {
  private final ReplicationStream stream;
  private final Consumer<Boundary> boundaries;
  private final Runnable passed;
  private final Runnable foreignRow;
  private @Nullable ReplicationMessage held;
  private @Nullable Lsn heldAt;
  private long rows;

  /** Of the message that is being processed; the stream itself may be one ahead. */
  private volatile @Nullable Lsn reached;

  /**
   * @param boundaries told of each end of a transaction before its last row goes on
   * @param passed told once that has gone on
   * @param foreignRow called when a row of another table comes, which ends the stream
   */
  BoundaryStream(
      ReplicationStream stream,
      Consumer<Boundary> boundaries,
      Runnable passed,
      Runnable foreignRow) {
    this.stream = stream;
    this.boundaries = boundaries;
    this.passed = passed;
    this.foreignRow = foreignRow;
  }

  @Override
  public void read(ReplicationMessageProcessor processor)
      throws SQLException, InterruptedException {
    stream.read(message -> pass(message, processor));
  }

  @Override
  public boolean readPending(ReplicationMessageProcessor processor)
      throws SQLException, InterruptedException {
    return stream.readPending(message -> pass(message, processor));
  }

  private void pass(ReplicationMessage message, ReplicationMessageProcessor processor)
      throws SQLException, InterruptedException {
    Lsn at = stream.lastReceivedLsn();
    switch (message.getOperation()) {
      case BEGIN -> {
        release(processor);
        rows = 0;
        process(message, at, processor);
      }
      case COMMIT -> {
        if (rows > 0) {
          boundaries.accept(
              new Boundary(
                  message.getTransactionId().getAsLong(),
                  rows,
                  at.asLong(),
                  message.getCommitTime()));
        }
        release(processor);
        process(message, at, processor);
        passed.run();
      }
      case INSERT, UPDATE, DELETE, TRUNCATE -> {
        release(processor);
        if (message.isSkippedMessage()) {
          // Debezium skips rows of other tables: the outbox was renamed, or the publication
          // extended.
          foreignRow.run();
          throw new StreamMismatch("the publication sent a row of a table other than the outbox");
        }
        held = message;
        heldAt = at;
        rows++;
      }
      case MESSAGE -> {
        // A message inside a transaction is of another application, and no place to stand on.
        if (message.isLastEventForLsn()) {
          release(processor);
          process(message, at, processor);
        }
      }
      default -> {
        release(processor);
        process(message, at, processor);
      }
    }
  }

  private void release(ReplicationMessageProcessor processor)
      throws SQLException, InterruptedException {
    ReplicationMessage row = held;
    if (row != null) {
      held = null;
      process(row, heldAt, processor);
    }
  }

  private void process(
      ReplicationMessage message, @Nullable Lsn at, ReplicationMessageProcessor processor)
      throws SQLException, InterruptedException {
    reached = at;
    processor.process(message);
  }

  @Override
  public @Nullable Lsn lastReceivedLsn() {
    return reached;
  }

  @Override
  public void flushLsn(Lsn lsn) throws SQLException {
    stream.flushLsn(lsn);
  }

  @Override
  public Lsn startLsn() {
    return stream.startLsn();
  }

  @Override
  public void startKeepAlive(ExecutorService service) {
    stream.startKeepAlive(service);
  }

  @Override
  public void stopKeepAlive() {
    stream.stopKeepAlive();
  }

  @Override
  public void close() throws Exception {
    stream.close();
  }
}
