package org.accrual.relay;

import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Consumer;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.accrual.relay.outbox.Delivery;
import org.accrual.relay.outbox.Position;
import org.accrual.relay.slot.Refusal;
import org.accrual.relay.slot.StatusTable.Backlog;

/**
 * Where the relay stands, for health, metrics and logs. Safe for several threads: one setter, and
 * readers see state and refusal together.
 */
final class RelayLife {
  private static final Logger LOG = Logger.getLogger(RelayLife.class.getName());

  /** One moment of it. */
  record Stand(RelayState state, Instant since, Optional<Refusal> refusal) {}

  private final List<Consumer<Delivery>> watchers = new CopyOnWriteArrayList<>();
  private volatile Stand stand = new Stand(RelayState.STARTING, Instant.now(), Optional.empty());
  private final LongAdder rejections = new LongAdder();
  private volatile Position checkpoint = Position.ZERO;
  private volatile Instant reachedAt = Instant.now();
  private volatile Optional<String> lastId = Optional.empty();
  private volatile Backlog backlog = Backlog.NONE;

  Stand stand() {
    return stand;
  }

  /**
   * Goes on to {@code next}; a refusal goes with {@link RelayState#REFUSED} only.
   *
   * @return false if the state does not allow it, such as streaming after a stop was asked for
   */
  synchronized boolean enter(RelayState next, Optional<Refusal> refusal) {
    RelayState before = stand.state();
    if (!before.mayBecome(next)) {
      return false;
    }
    stand = new Stand(next, Instant.now(), refusal);
    if (refusal.isPresent()) {
      LOG.log(
          Level.SEVERE,
          "relay {0} -> {1}: {2}",
          new Object[] {before.label(), next.label(), refusal.get()});
    } else {
      LOG.log(Level.INFO, "relay {0} -> {1}", new Object[] {before.label(), next.label()});
    }
    return true;
  }

  boolean enter(RelayState next) {
    return enter(next, Optional.empty());
  }

  /** Tells of every delivery once it is committed, on the thread that delivers. */
  void onDelivery(Consumer<Delivery> watcher) {
    watchers.add(watcher);
  }

  void recovered(Position from) {
    checkpoint = from;
  }

  /**
   * @param rejected how many of the rows were set aside instead of relayed
   */
  void delivered(Delivery delivery, int rejected) {
    rejections.add(rejected);
    checkpoint = delivery.reached();
    if (delivery.transactions() > 0 || delivery.rows().isEmpty()) {
      // A slice ends nothing: of the first transaction after a start no commit is known yet.
      reachedAt = delivery.committedAt();
    }
    if (!delivery.rows().isEmpty()) {
      lastId = Optional.of(delivery.rows().getLast().id());
    }
    watchers.forEach(watcher -> watcher.accept(delivery));
  }

  /** Messages that this process has set aside in {@code outbox.rejected}. */
  long rejections() {
    return rejections.sum();
  }

  /** Everything at or under it is on the topics. */
  Position checkpoint() {
    return checkpoint;
  }

  /** When the database reached the checkpoint; the start of the process before it is known. */
  Instant reachedAt() {
    return reachedAt;
  }

  /** Of the newest record that this process has relayed. */
  Optional<String> lastId() {
    return lastId;
  }

  void backlog(Backlog seen) {
    backlog = seen;
  }

  /** As it was when last asked, at most some seconds ago. */
  Backlog backlog() {
    return backlog;
  }

  /**
   * How long ago the database wrote the newest change known to be on the topics, heartbeats
   * included: when idle, between 0 and the heartbeat's interval.
   */
  double lagSeconds() {
    return Math.max(0, (Instant.now().toEpochMilli() - reachedAt.toEpochMilli()) / 1000.0);
  }
}
