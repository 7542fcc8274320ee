package org.accrual.benchmarks;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.LockSupport;

/**
 * Enrollments for a time, in one of three ways; each returns how long every enrollment took, in ns.
 *
 * @param time of a turn
 */
record SagaLoad(SagaClient client, Duration time) {
  /** An enrollment that does not end within this ends the benchmark. */
  private static final Duration LONGEST = Duration.ofMinutes(2);

  /** One after the other. */
  List<Long> oneAtATime(String conversation) {
    long end = System.nanoTime() + time.toNanos();
    List<Long> took = new ArrayList<>();
    while (System.nanoTime() < end) {
      took.add(since(System.nanoTime(), conversation));
    }
    return took;
  }

  /** As many as so many clients get through, each one after the other. */
  List<Long> atOnce(int clients, String conversation)
      throws InterruptedException, ExecutionException {
    try (ExecutorService threads = Executors.newFixedThreadPool(clients)) {
      List<Future<List<Long>>> loops = new ArrayList<>();
      for (int i = 0; i < clients; i++) {
        loops.add(threads.submit(() -> oneAtATime(conversation)));
      }
      List<Long> took = new ArrayList<>();
      for (Future<List<Long>> each : loops) {
        took.addAll(each.get());
      }
      return took;
    }
  }

  /** At a beat that does not wait: an enrollment's time runs from when it should have begun. */
  List<Long> paced(int rate, String conversation)
      throws InterruptedException, ExecutionException, TimeoutException {
    long beat = TimeUnit.SECONDS.toNanos(1) / rate;
    long begin = System.nanoTime();
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Future<Long>> all = new ArrayList<>();
      for (long at = begin; at < begin + time.toNanos(); at += beat) {
        long due = at;
        LockSupport.parkNanos(due - System.nanoTime());
        all.add(threads.submit(() -> since(due, conversation)));
      }
      List<Long> took = new ArrayList<>();
      for (Future<Long> each : all) {
        took.add(each.get(LONGEST.toSeconds(), TimeUnit.SECONDS));
      }
      return took;
    }
  }

  private long since(long begin, String conversation) {
    client.enroll(conversation);
    return System.nanoTime() - begin;
  }
}
