package org.accrual.relay.state;

import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Consumer;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.accrual.relay.stream.outbox.Delivery;
import org.accrual.relay.stream.outbox.Position;

/**
 * Where the relay stands, for health, metrics and logs. Safe for several threads: one setter, and
 * readers see state and refusal together.
 */
public final class RelayLife {
  private static final Logger LOG = Logger.getLogger(RelayLife.class.getName());

  /** One moment of it. */
  public record Stand(RelayState state, Instant since, Optional<Refusal> refusal) {}

  private final List<Consumer<Delivery>> watchers = new CopyOnWriteArrayList<>();
  private volatile Stand stand = new Stand(RelayState.STARTING, Instant.now(), Optional.empty());
  private final LongAdder rejections = new LongAdder();
  private volatile Position checkpoint = Position.ZERO;
  private volatile Instant reachedAt = Instant.now();
  private volatile Optional<String> lastId = Optional.empty();
  private volatile Backlog backlog = Backlog.NONE;

  public Stand stand() {
    return stand;
  }

  /**
   * Goes on to {@code next}; a refusal goes with {@link RelayState#REFUSED} only.
   *
   * @return false if the state does not allow it, such as streaming after a stop was asked for
   */
  public synchronized boolean enter(RelayState next, Optional<Refusal> refusal) {
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

  public boolean enter(RelayState next) {
    return enter(next, Optional.empty());
  }

  /** Tells of every delivery once it is committed, on the thread that delivers. */
  public void onDelivery(Consumer<Delivery> watcher) {
    watchers.add(watcher);
  }

  public void recovered(Position from) {
    checkpoint = from;
  }

  /**
   * Records a committed delivery and passes it to the watchers.
   *
   * @param rejected how many of its rows were set aside instead of published
   */
  public void delivered(Delivery delivery, int rejected) {
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
  public long rejections() {
    return rejections.sum();
  }

  /** Everything at or under it is on the topics. */
  public Position checkpoint() {
    return checkpoint;
  }

  /** When the database reached the checkpoint; the start of the process before it is known. */
  public Instant reachedAt() {
    return reachedAt;
  }

  /** Of the newest record that this process has relayed. */
  public Optional<String> lastId() {
    return lastId;
  }

  public void backlog(Backlog seen) {
    backlog = seen;
  }

  /** As it was when last asked, at most some seconds ago. */
  public Backlog backlog() {
    return backlog;
  }

  /**
   * How long ago the database wrote the newest change known to be on the topics, heartbeats
   * included: when idle, between 0 and the heartbeat's interval.
   */
  public double lagSeconds() {
    return Math.max(0, (Instant.now().toEpochMilli() - reachedAt.toEpochMilli()) / 1000.0);
  }
}
