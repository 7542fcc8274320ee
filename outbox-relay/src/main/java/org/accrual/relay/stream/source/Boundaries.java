package org.accrual.relay.stream.source;

import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.accrual.relay.stream.outbox.Position;
import org.accrual.relay.stream.outbox.StreamMismatch;

/**
 * The ends of transactions on their way from the streaming thread, which announces each before it
 * lets the transaction's last row go, to the polling thread, which meets that row later. So they
 * are never more than rows in Debezium's queue, and a row whose end is not here is not the last.
 * One thread on each side.
 */
final class Boundaries {
  private final Queue<Boundary> announced = new ConcurrentLinkedQueue<>();

  void announce(Boundary boundary) {
    announced.add(boundary);
  }

  /**
   * Takes the end of a transaction if the row just met is its last one.
   *
   * @param rows of the transaction met so far
   * @throws StreamMismatch if the rows met are not those that were announced
   */
  Optional<Boundary> endAt(long transaction, long rows) {
    Boundary next = announced.peek();
    if (next == null) {
      return Optional.empty();
    }
    if (next.transaction() != transaction || rows > next.rows()) {
      throw new StreamMismatch(
          "row %d of transaction %d came, but next ends transaction %d with %d rows"
              .formatted(rows, transaction, next.transaction(), next.rows()));
    }
    return rows == next.rows() ? Optional.ofNullable(announced.poll()) : Optional.empty();
  }

  /**
   * Sees that every transaction which ended at or under a place has been met whole. Others may have
   * been announced: the streaming thread is ahead.
   *
   * @throws StreamMismatch if one has not: a row of it was lost before it came here
   */
  void requireNoneUpTo(long lsn) {
    Boundary next = announced.peek();
    if (next != null && Long.compareUnsigned(next.end(), lsn) <= 0) {
      throw new StreamMismatch(
          "the stream reached %s, but not all %d rows of transaction %d have come"
              .formatted(Position.text(lsn), next.rows(), next.transaction()));
    }
  }
}
