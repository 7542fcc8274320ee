package org.accrual.local;

import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Keeps one process alive. A thread of its own starts it, watches it and, once it has served for
 * the first time, starts it again whenever it ends. A process that says it is stuck, or that does
 * not answer for some 20 s, is killed and so starts again too. State and process change under this
 * object's lock.
 */
final class Supervised {
  enum State {
    STARTING,
    RUNNING,
    DIED,
    STOPPED
  }

  private static final Duration PROBE_INTERVAL = Duration.ofMillis(150);
  private static final Duration LIVENESS_INTERVAL = Duration.ofSeconds(2);

  /** A suspended process takes connections but does not answer: 5 s a probe, so 20 s in all. */
  private static final int MOST_SILENT_PROBES = 4;

  private final Part part;
  private final RunFolder folder;
  private final Consumer<String> progress;
  private final CompletableFuture<Void> firstHealthy = new CompletableFuture<>();
  private final CountDownLatch stopAsked = new CountDownLatch(1);
  private final Thread thread;
  private State state = State.STARTING;
  private @Nullable Process process;

  Supervised(Part part, RunFolder folder, Consumer<String> progress) {
    this.part = part;
    this.folder = folder;
    this.progress = progress;
    this.thread = Thread.ofVirtual().name("supervise-" + part.name()).unstarted(this::supervise);
  }

  /**
   * Starts it and waits until it serves; throws {@link StackFailed} when it does not within 90 s.
   */
  void start() {
    Instant begin = Instant.now();
    thread.start();
    try {
      firstHealthy.orTimeout(90, TimeUnit.SECONDS).join();
    } catch (CompletionException failed) {
      throw failed.getCause() instanceof TimeoutException
          ? StackFailed.failure(
              "%s does not answer. Read %s".formatted(part.name(), folder.log(part.name())))
          : StackFailed.from(failed.getCause());
    }
    progress.accept(
        "%-16s up after %.1f s"
            .formatted(part.name(), Duration.between(begin, Instant.now()).toMillis() / 1000.0));
  }

  /** Stops it within its limit, by force after that. Returns when it has ended. */
  void stop() {
    Process running;
    synchronized (this) {
      stopAsked.countDown();
      running = process;
    }
    firstHealthy.completeExceptionally(StackFailed.failure(part.name() + " was stopped"));
    if (running != null) {
      running.destroy();
      await(running, part.stopLimit());
      running.destroyForcibly();
    }
    joinThread();
    folder.forget(part.name());
  }

  /** Kills it with SIGKILL and waits until it is gone; it is started again by itself. */
  synchronized void kill() {
    if (process != null) {
      process.destroyForcibly();
      process.onExit().join();
      setState(State.DIED);
    }
  }

  String name() {
    return part.name();
  }

  /** Process id of the latest start. */
  synchronized long pid() {
    if (process == null) {
      throw new IllegalStateException(part.name() + " was never started");
    }
    return process.pid();
  }

  /** Waits until it serves; false if it does not within the limit. */
  synchronized boolean awaitRunning(Duration limit) throws InterruptedException {
    Instant end = Instant.now().plus(limit);
    while (state != State.RUNNING) {
      long left = Duration.between(Instant.now(), end).toMillis();
      if (left <= 0) {
        return false;
      }
      wait(left);
    }
    return true;
  }

  private void supervise() {
    Backoff backoff = new Backoff();
    try {
      for (Process running = launch(); running != null; running = launch()) {
        Instant begin = Instant.now();
        String killedSince = watch(running);
        int code = running.waitFor();
        setState(State.DIED);
        if (!firstHealthy.isDone()) {
          firstHealthy.completeExceptionally(neverServed(code));
        }
        if (firstHealthy.isCompletedExceptionally() || stopAsked.getCount() == 0) {
          return;
        }
        Duration wait = backoff.after(Duration.between(begin, Instant.now()));
        progress.accept(
            "%-16s %s%s, starting it again. Its log: %s"
                .formatted(part.name(), Exit.told(code), killedSince, folder.log(part.name())));
        if (stopAsked.await(wait.toMillis(), TimeUnit.MILLISECONDS)) {
          return;
        }
      }
    } catch (InterruptedException stopping) {
      Thread.currentThread().interrupt();
    } catch (IOException e) {
      firstHealthy.completeExceptionally(
          StackFailed.failure("%s cannot be run: %s".formatted(part.name(), e.getMessage()), e));
    } finally {
      setState(State.STOPPED);
    }
  }

  private synchronized @Nullable Process launch() throws IOException {
    if (stopAsked.getCount() == 0) {
      return null;
    }
    ProcessBuilder builder =
        new ProcessBuilder(Session.ofItsOwn(part.command()))
            .redirectErrorStream(true)
            .redirectOutput(Redirect.appendTo(folder.log(part.name()).toFile()));
    builder.environment().putAll(part.environment());
    process = builder.start();
    folder.remember(part.name(), process.toHandle());
    setState(State.STARTING);
    return process;
  }

  /**
   * Waits until the process ends. Reports when it serves, and kills it when it is stuck, unless it
   * is being stopped.
   *
   * @return why it was killed; empty if it was not
   */
  private String watch(Process running) throws InterruptedException {
    boolean served = false;
    int silentProbes = 0;
    while (!running.waitFor(served ? LIVENESS_INTERVAL : PROBE_INTERVAL)) {
      if (!served && part.healthy().getAsBoolean() && running.isAlive()) {
        served = true;
        setState(State.RUNNING);
        firstHealthy.complete(null);
      }
      Liveness liveness = part.liveness().get();
      // A process that starts does not answer yet.
      silentProbes = served && liveness == Liveness.SILENT ? silentProbes + 1 : 0;
      boolean stuck = liveness == Liveness.STUCK || silentProbes == MOST_SILENT_PROBES;
      if (stuck && stopAsked.getCount() > 0) {
        running.destroyForcibly();
        return liveness == Liveness.STUCK
            ? " since its /health/live answered 503"
            : " since its /health/live did not answer";
      }
    }
    return "";
  }

  private StackFailed neverServed(int code) {
    String said = folder.lastLine(part.name());
    String message =
        "%s %s: %s (its log: %s)"
            .formatted(part.name(), Exit.told(code), said, folder.log(part.name()));
    return code == Exit.CONFIGURATION
        ? StackFailed.configuration(message)
        : StackFailed.failure(message);
  }

  private synchronized void setState(State next) {
    state = next;
    notifyAll();
  }

  private static void await(Process running, Duration limit) {
    try {
      running.waitFor(limit);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void joinThread() {
    try {
      thread.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
