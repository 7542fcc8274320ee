package org.accrual.benchmarks;

import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/**
 * Lets contenders take turns: A B C, B C A … A drift of the machine's speed then hits all alike.
 * The first turns warm up and do not count.
 *
 * @param clients threads that operate at once
 * @param warmups turns of each that do not count
 * @param turns turns of each that count
 * @param turn length of one
 */
record Rounds(int clients, int warmups, int turns, Duration turn) {

  /** Operations a second of every counted turn, by contender. */
  Map<String, List<Double>> run(List<Contender> contenders) throws InterruptedException {
    Map<String, List<Double>> rates = new LinkedHashMap<>();
    contenders.forEach(contender -> rates.put(contender.name(), new ArrayList<>()));
    try (ExecutorService threads = Executors.newFixedThreadPool(clients)) {
      for (int i = -warmups; i < turns; i++) {
        for (Contender contender : Turns.order(contenders, i)) {
          double rate = turn(threads, contender);
          System.out.printf(
              "%s %d: %s %.0f/s%n",
              i < 0 ? "warm-up" : "turn", Math.abs(i), contender.name(), rate);
          if (i >= 0) {
            rates.getOrDefault(contender.name(), new ArrayList<>()).add(rate);
          }
        }
      }
    }
    return rates;
  }

  private double turn(ExecutorService threads, Contender contender) throws InterruptedException {
    long begin = System.nanoTime();
    long end = begin + turn.toNanos();
    List<Future<Long>> counts = new ArrayList<>();
    for (int i = 0; i < clients; i++) {
      int client = i;
      counts.add(
          threads.submit(
              () -> {
                long done = 0;
                while (System.nanoTime() < end) {
                  contender.operate(client);
                  done++;
                }
                return done;
              }));
    }
    long total = 0;
    for (Future<Long> count : counts) {
      total += counted(contender, count);
    }
    return total * 1e9 / (System.nanoTime() - begin);
  }

  private static long counted(Contender contender, Future<Long> count) throws InterruptedException {
    try {
      return count.get();
    } catch (ExecutionException failed) {
      throw new IllegalStateException(contender.name() + " failed", failed.getCause());
    }
  }
}
