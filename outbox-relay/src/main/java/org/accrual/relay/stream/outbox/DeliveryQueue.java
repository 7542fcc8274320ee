package org.accrual.relay.stream.outbox;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Passes transactions from the thread that reads them to the thread that publishes them. While one
 * delivery is published the next one gathers here, up to a limit at which the reader waits: so at
 * most two are in memory. One thread on each side; {@link #close} may come from any.
 */
public final class DeliveryQueue {
  /** While the newest transaction is older than this, throughput matters more than latency. */
  private static final Duration BEHIND = Duration.ofMillis(500);

  private static final Duration GATHER_BEHIND = Duration.ofMillis(50);

  private final int maxRows;
  private final long maxBytes;
  private final Duration gather;
  private final InstantSource clock;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition added = lock.newCondition();
  private final Condition filled = lock.newCondition();
  private final Condition taken = lock.newCondition();

  // All under the lock.
  private List<OutboxRow> rows = new ArrayList<>();
  private int transactions;
  private long bytes;
  private Position reached = Position.ZERO;
  private Instant committedAt = Instant.EPOCH;
  private boolean empty = true;
  private boolean closed;

  /**
   * Creates an empty queue.
   *
   * @param maxRows at which the reader waits, at least 1
   * @param maxBytes at which the reader waits, at least 1
   * @param gather how long more transactions are awaited where some were found at once
   */
  public DeliveryQueue(int maxRows, long maxBytes, Duration gather, InstantSource clock) {
    this.maxRows = maxRows;
    this.maxBytes = maxBytes;
    this.gather = gather;
    this.clock = clock;
  }

  /**
   * Adds rows, or only a position; waits while the queue is full. Does nothing once closed.
   *
   * @param ended how many source transactions end with these rows
   * @param weight of the rows in bytes
   * @param position that is reached with them
   * @param at when the database reached that position's LSN
   */
  void add(List<OutboxRow> more, int ended, long weight, Position position, Instant at)
      throws InterruptedException {
    lock.lockInterruptibly();
    try {
      while (full() && !closed) {
        taken.await();
      }
      if (closed) {
        return;
      }
      rows.addAll(more);
      transactions += ended;
      bytes += weight;
      reached = position;
      committedAt = at;
      empty = false;
      added.signal();
      if (full()) {
        filled.signal();
      }
    } finally {
      lock.unlock();
    }
  }

  /**
   * Removes everything that has been added.
   *
   * @param patience how long to wait for something
   * @return empty if nothing came in that time
   */
  public Optional<Delivery> take(Duration patience) throws InterruptedException {
    lock.lockInterruptibly();
    try {
      if (empty) {
        for (long left = patience.toNanos(); empty && left > 0; ) {
          left = added.awaitNanos(left);
        }
      } else {
        Duration more = isBehind() ? GATHER_BEHIND : gather;
        for (long left = more.toNanos(); !full() && !closed && left > 0; ) {
          left = filled.awaitNanos(left);
        }
      }
      return empty ? Optional.empty() : Optional.of(drain());
    } finally {
      lock.unlock();
    }
  }

  private Delivery drain() {
    Delivery delivery = new Delivery(rows, transactions, reached, committedAt);
    rows = new ArrayList<>();
    transactions = 0;
    bytes = 0;
    empty = true;
    taken.signal();
    return delivery;
  }

  private boolean full() {
    return rows.size() >= maxRows || bytes >= maxBytes;
  }

  private boolean isBehind() {
    return committedAt.isBefore(clock.instant().minus(BEHIND));
  }

  /** Returns whether a thread waits in {@link #take}; for tests. */
  boolean hasWaitingTaker() {
    return waits(added) || waits(filled);
  }

  /** Returns whether a thread waits in {@link #add}; for tests. */
  boolean hasWaitingReader() {
    return waits(taken);
  }

  private boolean waits(Condition condition) {
    lock.lock();
    try {
      return lock.hasWaiters(condition);
    } finally {
      lock.unlock();
    }
  }

  /** Ends every wait; what is added from now on is dropped. */
  public void close() {
    lock.lock();
    try {
      closed = true;
      added.signalAll();
      filled.signalAll();
      taken.signalAll();
    } finally {
      lock.unlock();
    }
  }
}
