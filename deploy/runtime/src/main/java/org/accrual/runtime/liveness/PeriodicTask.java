package org.accrual.runtime.liveness;

import java.time.Duration;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.logging.Level;
import java.util.logging.Logger;

/**
 * Runs a task again and again, on a thread of its own, and reports each turn to {@code
 * /health/live}. A turn that fails is logged; the next one comes after the same pause. Any thread
 * may start and stop it, each once.
 */
public final class PeriodicTask {
  private static final Logger LOG = Logger.getLogger(PeriodicTask.class.getName());
  private static final Duration STOP_WITHIN = Duration.ofSeconds(5);

  private final String name;
  private final Duration pause;
  private final Runnable turn;
  private final Heartbeat heartbeat;
  private final ScheduledExecutorService scheduler;

  /**
   * Creates a task that is not started yet.
   *
   * @param name of the thread and the heartbeat, such as {@code retention}
   * @param pause between the end of a turn and the begin of the next
   * @param turn catches the failures that it expects and can name
   */
  public PeriodicTask(String name, Duration pause, Runnable turn) {
    this.name = name;
    this.pause = pause;
    this.turn = turn;
    this.heartbeat = new Heartbeat(name);
    this.scheduler =
        Executors.newSingleThreadScheduledExecutor(
            Thread.ofPlatform().daemon().name(name).factory());
  }

  /**
   * Starts it.
   *
   * @param first before the first turn
   */
  public void start(Duration first) {
    heartbeat.start();
    var _ =
        scheduler.scheduleWithFixedDelay(
            this::run, first.toMillis(), pause.toMillis(), TimeUnit.MILLISECONDS);
  }

  /** Reports from within a long turn that it is at work. */
  public void beat() {
    heartbeat.beat();
  }

  /** Returns whether it is asked to stop: a long turn should end. */
  public boolean isStopping() {
    return scheduler.isShutdown();
  }

  /** Lets a turn that has begun end, within 5 s, after which it is interrupted. */
  public void stop() {
    heartbeat.stop();
    scheduler.shutdown();
    try {
      if (!scheduler.awaitTermination(STOP_WITHIN.toMillis(), TimeUnit.MILLISECONDS)) {
        scheduler.shutdownNow();
      }
    } catch (InterruptedException e) {
      scheduler.shutdownNow();
      Thread.currentThread().interrupt();
    }
  }

  /** Never throws: a scheduled task that does is not run again. */
  private void run() {
    heartbeat.beat();
    try {
      turn.run();
    } catch (RuntimeException e) {
      LOG.log(Level.SEVERE, "%s failed, retrying in %s".formatted(name, pause), e);
    }
    heartbeat.beat(pause);
  }
}
