package org.accrual.relay.stream.outbox;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/**
 * Turns the rows and commits of the stream into whole transactions, or into slices of one that is
 * above the limits, and adds them to the queue. Holds one transaction up to the limits. Used by the
 * thread that reads the stream.
 *
 * <p>Relies on a stream that begins at the checkpoint: every transaction in it commits after the
 * checkpoint's LSN, and the first one with rows is the one that the checkpoint's ordinal counts.
 */
public final class TransactionBuffer {
  private static final long NONE = -1;

  private final SliceLimits limits;
  private final DeliveryQueue queue;

  /** Rows of the open transaction that are not in the queue yet. */
  private final List<OutboxRow> open = new ArrayList<>();

  private long openTransaction = NONE;
  private long openBytes;

  /** Rows of the open transaction, those skipped and those queued in slices included. */
  private long ordinal;

  /** How many rows of the next transaction have been published before. */
  private long skip;

  /** The end of the last whole transaction, or a later place before the next one. */
  private long boundary;

  private Instant boundaryAt = Instant.EPOCH;

  /**
   * Creates a buffer for a stream that begins at the checkpoint.
   *
   * @param checkpoint rows up to it have been published before
   */
  public TransactionBuffer(Position checkpoint, SliceLimits limits, DeliveryQueue queue) {
    this.limits = limits;
    this.queue = queue;
    boundary = checkpoint.lsn();
    skip = checkpoint.ordinal();
  }

  /** Takes a row of a transaction whose commit is still to come. */
  public void row(long transaction, OutboxRow row) throws InterruptedException {
    if (openTransaction != NONE && transaction != openTransaction) {
      throw new StreamMismatchException(
          "a row of transaction %d came before the end of transaction %d"
              .formatted(transaction, openTransaction));
    }
    openTransaction = transaction;
    ordinal++;
    if (ordinal <= skip) {
      return;
    }
    open.add(row);
    openBytes += row.bytes();
    if (open.size() >= limits.rows() || openBytes >= limits.bytes()) {
      flush(0, new Position(boundary, ordinal));
    }
  }

  /**
   * Ends the open transaction, if it has rows.
   *
   * @param end the end of its commit record
   */
  public void commit(long transaction, long end, Instant at) throws InterruptedException {
    if (openTransaction == NONE) {
      return;
    }
    if (transaction != openTransaction) {
      throw new StreamMismatchException(
          "transaction %d ended while transaction %d was open"
              .formatted(transaction, openTransaction));
    }
    if (Long.compareUnsigned(end, boundary) <= 0) {
      throw new StreamMismatchException(
          "transaction %d with %d rows ended at %s, not above %s, which the stream had reached"
              .formatted(transaction, ordinal, Position.text(end), Position.text(boundary)));
    }
    requireSkipped();
    boundary = end;
    boundaryAt = at;
    skip = 0;
    ordinal = 0;
    openTransaction = NONE;
    flush(1, Position.at(end));
  }

  /**
   * Records that the stream has reached a place outside of any transaction.
   *
   * @throws StreamMismatchException if a transaction with rows is open
   */
  public void idle(long lsn, Instant at) throws InterruptedException {
    if (openTransaction != NONE) {
      throw new StreamMismatchException(
          "a heartbeat came before the end of transaction %d".formatted(openTransaction));
    }
    if (Long.compareUnsigned(lsn, boundary) > 0) {
      requireSkipped();
      boundary = lsn;
      boundaryAt = at;
      flush(0, Position.at(lsn));
    }
  }

  private void requireSkipped() {
    if (ordinal < skip) {
      throw new StreamMismatchException(
          "the checkpoint covers %d rows of a transaction above %s, but the stream has %d of them"
              .formatted(skip, Position.text(boundary), ordinal));
    }
  }

  private void flush(int ended, Position reached) throws InterruptedException {
    queue.add(open, ended, openBytes, reached, boundaryAt);
    open.clear();
    openBytes = 0;
  }
}
