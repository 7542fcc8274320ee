package org.accrual.intake;

import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;
import java.util.logging.Level;
import java.util.logging.Logger;
import javax.sql.DataSource;
import org.accrual.runtime.liveness.Heartbeat;
import org.jspecify.annotations.Nullable;

/**
 * Writes noted hops, many an insert, on a thread of its own, beside the transactions that they are
 * about. At most so many a second, and only so many wait: a flood costs no more than that, and what
 * is left out is counted. Any thread may note, start and stop.
 */
public final class HopWriter implements HopLog {
  private static final Logger LOG = Logger.getLogger(HopWriter.class.getName());
  private static final Duration PERIOD = Duration.ofMillis(250);

  /** A statement and its rows are held whole. */
  private static final int LARGEST_INSERT = 2_000;

  private final HopTable table;
  private final int perPeriod;
  private final int mostWaiting;
  private final BlockingQueue<Noted> queue = new LinkedBlockingQueue<>();
  private final AtomicInteger waiting = new AtomicInteger();
  private final AtomicLong leftOut = new AtomicLong();
  private final CountDownLatch stopping = new CountDownLatch(1);
  private final CountDownLatch ended = new CountDownLatch(1);
  private final Heartbeat heartbeat = new Heartbeat("hops");
  private List<Hop> unwritten = List.of();
  private boolean failing;

  private record Noted(int count, Supplier<List<Hop>> hops) {}

  /**
   * @param database connections with autocommit off
   * @param perSecond most hops written a second; four times as many may wait
   */
  public HopWriter(DataSource database, int perSecond) {
    this.table = new HopTable(database);
    this.perPeriod = Math.max(1, (int) (perSecond * PERIOD.toMillis() / 1000));
    this.mostWaiting = perSecond * 4;
  }

  @Override
  public void note(int count, Supplier<List<Hop>> hops) {
    if (waiting.addAndGet(count) > mostWaiting || stopping.getCount() == 0) {
      waiting.addAndGet(-count);
      leftOut.addAndGet(count);
    } else {
      queue.add(new Noted(count, hops));
    }
  }

  /** How many were not written, since there were too many or the database was away. */
  public long leftOut() {
    return leftOut.get();
  }

  /** Once only. */
  public void start() {
    Thread.ofVirtual().name("hops").start(heartbeat.watch(this::run));
  }

  /** Writes what has been noted, and ends; waits at most that long. */
  public void stop(Duration atMost) throws InterruptedException {
    heartbeat.stop();
    stopping.countDown();
    if (!ended.await(atMost.toNanos(), TimeUnit.NANOSECONDS)) {
      LOG.log(Level.FINE, "the last hops were not written in time");
    }
  }

  private void run() {
    try {
      while (!stopping.await(PERIOD.toNanos(), TimeUnit.NANOSECONDS)) {
        heartbeat.beat();
        writeSome();
      }
      do {
        writeSome();
      } while (unwritten.isEmpty() && !queue.isEmpty());
    } catch (InterruptedException ending) {
      Thread.currentThread().interrupt();
    } finally {
      ended.countDown();
    }
  }

  /** What one period may write. */
  private void writeSome() {
    int written = 0;
    List<Hop> next = next();
    while (!next.isEmpty()) {
      heartbeat.beat();
      if (!write(next)) {
        unwritten = next;
        return;
      }
      unwritten = List.of();
      written += next.size();
      next = written < perPeriod ? next() : List.of();
    }
  }

  private List<Hop> next() {
    if (!unwritten.isEmpty()) {
      return unwritten;
    }
    List<Hop> hops = new ArrayList<>();
    @Nullable Noted noted = queue.poll();
    while (noted != null) {
      waiting.addAndGet(-noted.count());
      hops.addAll(noted.hops().get());
      noted = hops.size() < Math.min(LARGEST_INSERT, perPeriod) ? queue.poll() : null;
    }
    return hops;
  }

  private boolean write(List<Hop> hops) {
    try {
      table.insert(hops);
      failing = false;
      return true;
    } catch (SQLException failure) {
      if (SqlFailures.passes(failure)) {
        log(Level.FINE, "hops wait for the database", failure);
        return false;
      }
      leftOut.addAndGet(hops.size());
      log(
          Level.WARNING,
          "hops cannot be noted, so that flows are shown without them; see ops.hop",
          failure);
      return true;
    }
  }

  private void log(Level level, String what, SQLException failure) {
    if (!failing) {
      LOG.log(level, what, failure);
    }
    failing = true;
  }
}
