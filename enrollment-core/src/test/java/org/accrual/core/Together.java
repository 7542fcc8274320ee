package org.accrual.core;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.IntFunction;

/** Makes calls at the same time, each on a thread of the operating system. */
final class Together {
  private static final long LIMIT_SECONDS = 60;

  private Together() {}

  /**
   * Starts {@code call} with 0, 1 … {@code n - 1} at once and returns the answers in this order.
   *
   * @throws AssertionError if a call fails, or does not end within 60 s
   */
  static <T> List<T> run(int n, IntFunction<T> call) {
    CyclicBarrier barrier = new CyclicBarrier(n);
    ExecutorService threads =
        Executors.newThreadPerTaskExecutor(Thread.ofPlatform().daemon().factory());
    try {
      List<Future<T>> futures = new ArrayList<>();
      for (int i = 0; i < n; i++) {
        int index = i;
        futures.add(
            threads.submit(
                () -> {
                  barrier.await(LIMIT_SECONDS, TimeUnit.SECONDS);
                  return call.apply(index);
                }));
      }
      long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(LIMIT_SECONDS);
      List<T> answers = new ArrayList<>();
      for (Future<T> future : futures) {
        answers.add(future.get(deadline - System.nanoTime(), TimeUnit.NANOSECONDS));
      }
      return answers;
    } catch (ExecutionException e) {
      throw new AssertionError(e.getCause());
    } catch (TimeoutException e) {
      throw new AssertionError("not all of %d calls ended in time".formatted(n), e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError(e);
    } finally {
      // Not close(), which would wait without a bound for a call that hangs.
      threads.shutdownNow();
    }
  }
}
