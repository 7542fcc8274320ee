package org.accrual.benchmarks.relay;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.accrual.benchmarks.Children;

/** Starts programs, and waits for what they do. */
final class Programs {
  /** A question that may fail while its answer is not there yet. */
  @FunctionalInterface
  interface Question {
    boolean answer() throws Exception;
  }

  private static final CountDownLatch NEVER = new CountDownLatch(1);

  private Programs() {}

  static Process start(List<String> command, Path log) throws IOException {
    return Children.start(command, log);
  }

  /** Asks every 5 ms. */
  static void await(String what, Duration limit, Question question) throws InterruptedException {
    long deadline = System.nanoTime() + limit.toNanos();
    Exception last = null;
    while (System.nanoTime() < deadline) {
      try {
        if (question.answer()) {
          return;
        }
      } catch (InterruptedException | IllegalStateException forGood) {
        throw forGood;
      } catch (Exception notYet) {
        last = notYet;
      }
      var _ = NEVER.await(5, TimeUnit.MILLISECONDS);
    }
    throw new IllegalStateException("%s: not within %s".formatted(what, limit), last);
  }
}
