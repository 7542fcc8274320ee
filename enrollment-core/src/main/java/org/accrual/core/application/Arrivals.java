package org.accrual.core.application;

import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.UnaryOperator;
import java.util.logging.Level;
import java.util.logging.Logger;

/**
 * Lets calls wait for something to be in the store, whichever process puts it there: what is waited
 * for is looked for again and again, all of it in one look. Looks only while somebody waits.
 */
public final class Arrivals implements AutoCloseable {
  private static final Logger LOG = Logger.getLogger(Arrivals.class.getName());

  private final UnaryOperator<Set<UUID>> look;
  private final Runnable beat;
  private final Runnable closing;
  private final ScheduledExecutorService scheduler;
  private final Object lock = new Object();
  // Guarded by the lock.
  private final Map<UUID, Waiting> waiting = new HashMap<>();
  private boolean closed;
  private boolean lookPending;

  private static final class Waiting {
    private final CompletableFuture<Boolean> arrived = new CompletableFuture<>();
    private int callers;
  }

  /**
   * @param look answers those of the ids that are there
   * @param pause between looks
   * @param beat is called before each look: the heartbeat of the looking thread
   * @param closing is called when the looking thread is about to be stopped
   */
  public Arrivals(
      String name, UnaryOperator<Set<UUID>> look, Duration pause, Runnable beat, Runnable closing) {
    this.look = look;
    this.beat = beat;
    this.closing = closing;
    this.scheduler =
        Executors.newSingleThreadScheduledExecutor(
            Thread.ofPlatform().daemon().name("arrivals-" + name).factory());
    var _ =
        scheduler.scheduleWithFixedDelay(
            this::lookOnce, pause.toMillis(), pause.toMillis(), TimeUnit.MILLISECONDS);
  }

  /**
   * Waits.
   *
   * @return whether it is there; false also when this is closed meanwhile
   */
  public boolean await(UUID id, Duration atMost) throws InterruptedException {
    CompletableFuture<Boolean> arrived;
    synchronized (lock) {
      if (closed) {
        return false;
      }
      Waiting one = waiting.computeIfAbsent(id, _ -> new Waiting());
      one.callers++;
      arrived = one.arrived;
    }
    try {
      return arrived.get(atMost.toNanos(), TimeUnit.NANOSECONDS);
    } catch (TimeoutException notYet) {
      return false;
    } catch (java.util.concurrent.ExecutionException never) {
      throw new IllegalStateException(never);
    } finally {
      leave(id);
    }
  }

  /** Looks without waiting for the pause: something has just been put there. */
  public void lookNow() {
    synchronized (lock) {
      if (!closed && !waiting.isEmpty() && !lookPending) {
        lookPending = true;
        scheduler.execute(this::lookOnce);
      }
    }
  }

  /** Lets everybody go. */
  @Override
  public void close() {
    closing.run();
    synchronized (lock) {
      closed = true;
      waiting.values().forEach(one -> one.arrived.complete(false));
    }
    scheduler.shutdownNow();
  }

  private void leave(UUID id) {
    synchronized (lock) {
      Waiting one = waiting.get(id);
      if (one != null && --one.callers == 0) {
        waiting.remove(id);
      }
    }
  }

  /** Never throws: a scheduled task that does is not run again. */
  private void lookOnce() {
    beat.run();
    Set<UUID> wanted;
    synchronized (lock) {
      lookPending = false;
      wanted = Set.copyOf(waiting.keySet());
    }
    if (wanted.isEmpty()) {
      return;
    }
    try {
      Set<UUID> there = look.apply(wanted);
      synchronized (lock) {
        for (UUID id : there) {
          Waiting one = waiting.get(id);
          if (one != null) {
            one.arrived.complete(true);
          }
        }
      }
    } catch (StoreUnavailable away) {
      LOG.log(Level.FINE, "a look is left out, the database does not answer", away);
    } catch (RuntimeException failed) {
      LOG.log(Level.WARNING, "a look failed; calls that wait may answer late", failed);
    }
  }
}
