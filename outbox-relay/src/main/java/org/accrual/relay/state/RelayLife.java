package org.accrual.relay.state;

import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.LongSupplier;
import java.util.function.ObjIntConsumer;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.accrual.relay.stream.outbox.Delivery;
import org.accrual.relay.stream.outbox.Position;

/**
 * Holds the state of a relay, for health, metrics and logs. Safe for several threads: one setter,
 * and readers see state and refusal together.
 */
public final class RelayLife {
  private static final Logger LOG = Logger.getLogger(RelayLife.class.getName());

  /**
   * One moment of it.
   *
   * @param owner whether the slot is this relay's: from its acquisition to the end, unless the
   *     relay refuses
   */
  public record Stand(RelayState state, Instant since, Optional<Refusal> refusal, boolean owner) {}

  private final List<ObjIntConsumer<Delivery>> watchers = new CopyOnWriteArrayList<>();
  private final Silence silence;
  private volatile Stand stand =
      new Stand(RelayState.STARTING, Instant.now(), Optional.empty(), false);
  private volatile Optional<Wait> waiting = Optional.empty();
  private volatile Position checkpoint = Position.ZERO;
  private volatile Optional<Instant> reachedAt = Optional.empty();
  private volatile Optional<String> lastId = Optional.empty();
  private volatile Backlog backlog = Backlog.NONE;

  public RelayLife() {
    this(System::nanoTime);
  }

  /**
   * @param nanoTime the clock of the stream's silence, as {@link System#nanoTime()}
   */
  public RelayLife(LongSupplier nanoTime) {
    silence = new Silence(nanoTime);
  }

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
    boolean owner =
        switch (next) {
          case RECOVERING, STREAMING -> true;
          case DRAINING, STOPPED -> stand.owner();
          case STARTING, WAITING_FOR_SLOT, REFUSED -> false;
        };
    stand = new Stand(next, Instant.now(), refusal, owner);
    waiting = Optional.empty();
    silence.end();
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

  /** Publishes what the relay waits for; empty if it waits for nothing. */
  public void waitFor(Optional<Wait> now) {
    waiting = now;
  }

  /** Returns what the relay waits for; empty if it makes progress. */
  public Optional<Wait> waiting() {
    return waiting;
  }

  /**
   * Adds a watcher of deliveries. It is called once a delivery is committed, on the thread that
   * delivers, with the number of rows that were set aside instead of published.
   */
  public void onDelivery(ObjIntConsumer<Delivery> watcher) {
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
    checkpoint = delivery.reached();
    if (delivery.transactions() > 0 || delivery.rows().isEmpty()) {
      // A slice ends nothing: of the first transaction after a start no commit is known yet.
      reachedAt = Optional.of(delivery.committedAt());
    }
    if (!delivery.rows().isEmpty()) {
      lastId = Optional.of(delivery.rows().getLast().id());
    }
    watchers.forEach(watcher -> watcher.accept(delivery, rejected));
  }

  /** Returns how long the stream has been silent. */
  public Silence silence() {
    return silence;
  }

  /** Returns the position up to which everything is on the topics. */
  public Position checkpoint() {
    return checkpoint;
  }

  /** Returns when the database reached the checkpoint; empty before this process knows. */
  public Optional<Instant> reachedAt() {
    return reachedAt;
  }

  /** Returns the id of the newest record that this process has published. */
  public Optional<String> lastId() {
    return lastId;
  }

  public void backlog(Backlog seen) {
    backlog = seen;
  }

  /** Returns the backlog as it was when last read, at most some seconds ago. */
  public Backlog backlog() {
    return backlog;
  }

  /**
   * Returns how long ago the database wrote the newest change known to be on the topics, heartbeats
   * included: when idle, between 0 and the heartbeat's interval. NaN unless this relay streams and
   * has published something.
   */
  public double lagSeconds() {
    Optional<Instant> reached = reachedAt;
    return stand.state() == RelayState.STREAMING && reached.isPresent()
        ? Math.max(0, (Instant.now().toEpochMilli() - reached.get().toEpochMilli()) / 1000.0)
        : Double.NaN;
  }
}
