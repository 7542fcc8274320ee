package org.accrual.relay.outbox;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Turns rows and commits into deliveries of whole transactions, and drops what lies at or under the
 * mark. Holds the rows of the transactions received and not yet taken. Not safe for several
 * threads.
 */
public final class TransactionBuffer {
  private static final long NONE = -1;

  private final List<OutboxRow> open = new ArrayList<>();
  private long openTransaction = NONE;
  private List<OutboxRow> whole = new ArrayList<>();
  private int transactions;
  private Position taken;
  private Position reached;
  private Instant reachedAt = Instant.EPOCH;

  /**
   * @param mark what is at or under it has been relayed before
   */
  public TransactionBuffer(Position mark) {
    taken = mark;
    reached = mark;
  }

  /** A row of a transaction whose commit is still to come. */
  public void row(long transaction, OutboxRow row) {
    if (!open.isEmpty() && transaction != openTransaction) {
      throw new StreamMismatch(
          "a row of transaction %d came before the end of transaction %d"
              .formatted(transaction, openTransaction));
    }
    openTransaction = transaction;
    open.add(row);
  }

  /**
   * The rows since the last commit are a whole transaction.
   *
   * @param end the end of its commit record
   */
  public void commit(long transaction, long end, Instant at) {
    if (!open.isEmpty() && transaction != openTransaction) {
      throw new StreamMismatch(
          "transaction %d ended while transaction %d was open"
              .formatted(transaction, openTransaction));
    }
    if (advance(Position.at(end), at) && !open.isEmpty()) {
      whole.addAll(open);
      transactions++;
    }
    open.clear();
    openTransaction = NONE;
  }

  /**
   * The stream has reached a place with nothing of ours on the way.
   *
   * @return false if a transaction is open, and the place must not be confirmed
   */
  public boolean idle(long lsn, Instant at) {
    if (!open.isEmpty()) {
      return false;
    }
    advance(Position.at(lsn), at);
    return true;
  }

  /** Takes what is whole; empty if nothing has come above what was taken before. */
  public Optional<Delivery> take() {
    if (reached.equals(taken)) {
      return Optional.empty();
    }
    Delivery delivery = new Delivery(whole, transactions, reached, reachedAt);
    whole = new ArrayList<>();
    transactions = 0;
    taken = reached;
    return Optional.of(delivery);
  }

  private boolean advance(Position position, Instant at) {
    if (position.compareTo(reached) <= 0) {
      return false;
    }
    reached = position;
    reachedAt = at;
    return true;
  }
}
