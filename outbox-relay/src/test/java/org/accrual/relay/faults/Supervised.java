package org.accrual.relay.faults;

import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.function.IntConsumer;

/** Runs the relay's process, and starts it again whenever it has ended, until closed. */
final class Supervised implements AutoCloseable {
  private static final long CLOSE_SECONDS = 60;

  private final Callable<Process> start;
  private final IntConsumer ended;
  private final Thread thread;
  private volatile boolean closed;
  private volatile Process process;
  private volatile int starts;

  Supervised(Callable<Process> start) throws Exception {
    this(start, _ -> {});
  }

  /**
   * Starts the first process.
   *
   * @param ended receives the exit code of each process before the next is started
   */
  Supervised(Callable<Process> start, IntConsumer ended) throws Exception {
    this.start = start;
    this.ended = ended;
    process = start.call();
    starts = 1;
    thread = Thread.ofPlatform().name("supervisor").daemon().start(this::watch);
  }

  private void watch() {
    try {
      while (true) {
        int exitCode = process.waitFor();
        if (closed) {
          return;
        }
        ended.accept(exitCode);
        process = start.call();
        starts++;
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (Exception e) {
      throw new IllegalStateException("the relay cannot be started again", e);
    }
  }

  /** Kills the process with SIGKILL. */
  void kill() {
    process.destroyForcibly();
  }

  int starts() {
    return starts;
  }

  @Override
  public void close() {
    closed = true;
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(CLOSE_SECONDS);
    try {
      do {
        if (System.nanoTime() - deadline > 0) {
          throw new IllegalStateException("the relay's process does not end");
        }
        process.destroyForcibly();
      } while (!thread.join(Duration.ofMillis(100)));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }
}
