package org.accrual.intake;

import java.time.Duration;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.accrual.runtime.liveness.Heartbeat;

/**
 * Carries out redrives of one consumer, on a thread of its own beside the intake: they share the
 * order of each key by locks in the database. Any thread may start and stop it.
 */
public final class RedriveLoop {
  private static final Logger LOG = Logger.getLogger(RedriveLoop.class.getName());

  private final String consumer;
  private final Redriven redriven;
  private final RetryPause failurePause;
  private final CountDownLatch stopping = new CountDownLatch(1);
  private final CountDownLatch ended = new CountDownLatch(1);
  private final Heartbeat heartbeat;

  /**
   * @param longestPause between attempts while the database does not work
   */
  public RedriveLoop(String consumer, Redriven redriven, Duration longestPause) {
    this.consumer = consumer;
    this.redriven = redriven;
    this.heartbeat = new Heartbeat("redrive-" + consumer);
    this.failurePause = new RetryPause(longestPause, new Random());
  }

  /** Once only. */
  public void start() {
    Thread.ofVirtual().name("redrive-" + consumer).start(heartbeat.watch(this::run));
  }

  /** Lets the letter under way finish; does not wait. */
  public void beginStop() {
    heartbeat.stop();
    stopping.countDown();
  }

  /** Whether it has ended, after waiting at most that long for it. */
  public boolean awaitStop(Duration atMost) throws InterruptedException {
    return ended.await(atMost.toNanos(), TimeUnit.NANOSECONDS);
  }

  private void run() {
    try {
      Duration pause = Duration.ZERO;
      while (!stopping.await(pause.toNanos(), TimeUnit.NANOSECONDS)) {
        heartbeat.beat();
        pause = step();
        heartbeat.beat(pause);
      }
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
    } finally {
      ended.countDown();
    }
  }

  private Duration step() {
    try {
      Duration pause = redriven.redrive();
      failurePause.reset();
      return pause;
    } catch (RuntimeException failure) {
      // Said by the intake too, which needs the same database and registry.
      LOG.log(Level.INFO, consumer + ": a redrive, if there is one, waits", failure);
      return failurePause.next();
    }
  }
}
