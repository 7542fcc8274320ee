package org.accrual.relay.stream.outbox;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Turns rows and commits into deliveries: of whole transactions, or of slices of one that is above
 * the limits. Holds at most what came since the last {@link #take} and one transaction up to the
 * limits. Not safe for several threads.
 *
 * <p>Relies on a stream that begins at the checkpoint: every transaction in it commits after the
 * checkpoint's LSN, and the first one with rows is the one that the checkpoint's ordinal counts.
 */
public final class TransactionBuffer {
  private static final long NONE = -1;

  private final SliceLimits limits;

  /** Rows of whole transactions, then those of the open one. */
  private List<OutboxRow> rows = new ArrayList<>();

  /** How many of {@link #rows} are of whole transactions. */
  private int wholeRows;

  private int transactions;
  private long openTransaction = NONE;
  private long openBytes;

  /** Rows of the open transaction, those skipped and those taken in slices included. */
  private long ordinal;

  /** So many rows of the next transaction have been relayed before. */
  private long skip;

  /** Where the last whole transaction, or the stream between two, has come to. */
  private long boundary;

  private Instant boundaryAt = Instant.EPOCH;
  private Position taken;

  /**
   * @param checkpoint what is at or under it has been relayed before
   */
  public TransactionBuffer(Position checkpoint, SliceLimits limits) {
    this.limits = limits;
    taken = checkpoint;
    boundary = checkpoint.lsn();
    skip = checkpoint.ordinal();
  }

  /**
   * A row of a transaction whose commit is still to come.
   *
   * @return how many rows of the transaction have come, those relayed before included
   */
  public long row(long transaction, OutboxRow row) {
    if (openTransaction != NONE && transaction != openTransaction) {
      throw new StreamMismatch(
          "a row of transaction %d came before the end of transaction %d"
              .formatted(transaction, openTransaction));
    }
    openTransaction = transaction;
    ordinal++;
    if (ordinal > skip) {
      rows.add(row);
      openBytes += row.bytes();
    }
    return ordinal;
  }

  /**
   * The rows since the last commit are a whole transaction.
   *
   * @param end the end of its commit record
   */
  public void commit(long transaction, long end, Instant at) {
    if (openTransaction != NONE && transaction != openTransaction) {
      throw new StreamMismatch(
          "transaction %d ended while transaction %d was open"
              .formatted(transaction, openTransaction));
    }
    boolean above = Long.compareUnsigned(end, boundary) > 0;
    if (!above && ordinal > 0) {
      throw new StreamMismatch(
          "transaction %d with %d rows ended at %s, not above %s, where the stream was"
              .formatted(transaction, ordinal, Position.text(end), Position.text(boundary)));
    }
    if (ordinal < skip && above) {
      throw skippedTooLittle();
    }
    if (ordinal > 0) {
      transactions++;
      skip = 0;
    }
    wholeRows = rows.size();
    openTransaction = NONE;
    openBytes = 0;
    ordinal = 0;
    advance(end, at);
  }

  /**
   * The stream has reached a place with nothing of ours on the way.
   *
   * @return false if a transaction is open, and the place must not be confirmed
   */
  public boolean idle(long lsn, Instant at) {
    if (openTransaction != NONE) {
      return false;
    }
    if (skip > 0 && Long.compareUnsigned(lsn, boundary) > 0) {
      throw skippedTooLittle();
    }
    advance(lsn, at);
    return true;
  }

  /**
   * Takes what is whole, and what there is of the open transaction if that is above the limits;
   * empty if nothing has come above what was taken before.
   */
  public Optional<Delivery> take() {
    boolean slice =
        rows.size() > wholeRows
            && (rows.size() - wholeRows >= limits.rows() || openBytes >= limits.bytes());
    Position reached = slice ? new Position(boundary, ordinal) : new Position(boundary, skip);
    if (reached.compareTo(taken) <= 0) {
      return Optional.empty();
    }
    int end = slice ? rows.size() : wholeRows;
    Delivery delivery = new Delivery(rows.subList(0, end), transactions, reached, boundaryAt);
    rows = new ArrayList<>(rows.subList(end, rows.size()));
    wholeRows = 0;
    transactions = 0;
    taken = reached;
    if (slice) {
      openBytes = 0;
    }
    return Optional.of(delivery);
  }

  private StreamMismatch skippedTooLittle() {
    return new StreamMismatch(
        "the checkpoint %s is inside a transaction that the stream does not tell, it told %d rows"
            .formatted(taken, ordinal));
  }

  private void advance(long lsn, Instant at) {
    if (Long.compareUnsigned(lsn, boundary) > 0) {
      boundary = lsn;
      boundaryAt = at;
    }
  }
}
