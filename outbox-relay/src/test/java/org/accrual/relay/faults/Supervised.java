package org.accrual.relay.faults;

import java.io.IOException;
import java.util.concurrent.Callable;

/** The relay's process, started again whenever it has ended, until closed. */
final class Supervised implements AutoCloseable {
  private final Callable<Process> start;
  private final Thread thread;
  private volatile boolean closed;
  private volatile Process process;
  private volatile int starts;

  Supervised(Callable<Process> start) throws Exception {
    this.start = start;
    process = start.call();
    starts = 1;
    thread = Thread.ofPlatform().name("supervisor").start(this::watch);
  }

  private void watch() {
    try {
      while (true) {
        process.waitFor();
        if (closed) {
          return;
        }
        process = start.call();
        starts++;
      }
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
    } catch (IOException cannot) {
      throw new java.io.UncheckedIOException(cannot);
    } catch (Exception cannot) {
      throw new IllegalStateException(cannot);
    }
  }

  /** With SIGKILL. */
  void kill() {
    process.destroyForcibly();
  }

  int starts() {
    return starts;
  }

  @Override
  public void close() throws InterruptedException {
    closed = true;
    while (thread.isAlive()) {
      process.destroyForcibly();
      thread.join(100);
    }
  }
}
