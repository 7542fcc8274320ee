package org.accrual.benchmarks;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.accrual.embedded.Folders;
import org.accrual.local.Stack;
import org.accrual.local.StackSettings;

/**
 * From EnrollPatient to the confirmed operation through a running stack: one enrollment at a time,
 * at a steady rate, and as many as some clients get through. Where the time of those one at a time
 * goes is read from the hops that the services note.
 */
final class SagaBenchmark {
  private static final int RATE = 20;
  private static final long BEAT = TimeUnit.SECONDS.toNanos(1) / RATE;

  /** An enrollment at the steady rate that does not end within this ends the benchmark. */
  private static final Duration LONGEST = Duration.ofMinutes(2);

  private enum Load {
    ONE,
    STEADY,
    MOST
  }

  private final SagaClient client;
  private final Bench.Options options;
  private final List<Long> one = new ArrayList<>();
  private final List<Long> steady = new ArrayList<>();
  private final Map<String, List<Double>> rates = new LinkedHashMap<>();

  private SagaBenchmark(SagaClient client, Bench.Options options) {
    this.client = client;
    this.options = options;
  }

  static void run(Bench.Options options) throws Exception {
    Path folder = Files.createTempDirectory("accrual-benchmark");
    StackSettings settings = StackSettings.beside(folder);
    String[] given = options.settings().stream().map("-D"::concat).toArray(String[]::new);
    for (String service : List.of(Stack.CORE, Stack.RELAY, Stack.CONSUMERS)) {
      settings = settings.withOptions(service, given);
    }
    try (Stack stack = new Stack(settings, System.out::println)) {
      stack.start(false);
      try (SagaClient client = SagaClient.open(stack.addresses().ports().coreGrpc())) {
        SagaBenchmark benchmark = new SagaBenchmark(client, options);
        benchmark.turns();
        benchmark.report(SagaHops.read(stack.addresses().jdbc(), Load.ONE + "-0-"));
      }
    } finally {
      Folders.delete(folder);
    }
  }

  private void turns() throws InterruptedException, ExecutionException {
    for (int i = -options.warmups(); i < options.turns(); i++) {
      boolean counts = i >= 0;
      for (Load load : Turns.order(List.of(Load.values()), i)) {
        // The hops of the turns that count are found by the 0.
        String conversation = "%s-%d-".formatted(load, counts ? 0 : 1);
        long begin = System.nanoTime();
        List<Long> took = turn(load, conversation);
        double rate = took.size() * 1e9 / (System.nanoTime() - begin);
        System.out.printf(
            "%s %d: %s, p50 %.1f ms, %.1f/s%n",
            counts ? "turn" : "warm-up",
            Math.abs(i),
            label(load),
            Report.quantile(took, 0.5) / 1e6,
            rate);
        if (counts) {
          switch (load) {
            case ONE -> one.addAll(took);
            case STEADY -> steady.addAll(took);
            case MOST -> rates.computeIfAbsent(label(load), _ -> new ArrayList<>()).add(rate);
          }
        }
      }
    }
  }

  private String label(Load load) {
    return switch (load) {
      case ONE -> "one at a time";
      case STEADY -> "at %d/s".formatted(RATE);
      case MOST -> "%d at once".formatted(options.clients());
    };
  }

  /** Returns how long each enrollment took, in ns. */
  private List<Long> turn(Load load, String conversation)
      throws InterruptedException, ExecutionException {
    return switch (load) {
      case ONE -> loop(conversation);
      case STEADY -> paced(conversation);
      case MOST -> atOnce(conversation);
    };
  }

  private List<Long> loop(String conversation) {
    long end = System.nanoTime() + options.turn().toNanos();
    List<Long> took = new ArrayList<>();
    while (System.nanoTime() < end) {
      took.add(since(System.nanoTime(), conversation));
    }
    return took;
  }

  private List<Long> atOnce(String conversation) throws InterruptedException, ExecutionException {
    try (ExecutorService threads = Executors.newFixedThreadPool(options.clients())) {
      List<Future<List<Long>>> loops = new ArrayList<>();
      for (int i = 0; i < options.clients(); i++) {
        loops.add(threads.submit(() -> loop(conversation)));
      }
      List<Long> took = new ArrayList<>();
      for (Future<List<Long>> each : loops) {
        took.addAll(each.get());
      }
      return took;
    }
  }

  /** At a beat that does not wait: an enrollment's time runs from when it should have begun. */
  private List<Long> paced(String conversation) throws InterruptedException, ExecutionException {
    long begin = System.nanoTime();
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Future<Long>> all = new ArrayList<>();
      for (long at = begin; at < begin + options.turn().toNanos(); at += BEAT) {
        long due = at;
        LockSupport.parkNanos(due - System.nanoTime());
        all.add(threads.submit(() -> since(due, conversation)));
      }
      List<Long> took = new ArrayList<>();
      for (Future<Long> each : all) {
        took.add(each.get(LONGEST.toSeconds(), TimeUnit.SECONDS));
      }
      return took;
    } catch (java.util.concurrent.TimeoutException e) {
      throw new IllegalStateException("an enrollment did not end", e);
    }
  }

  private long since(long begin, String conversation) {
    client.enroll(conversation);
    return System.nanoTime() - begin;
  }

  private void report(SagaHops hops) throws Exception {
    Report report = new Report("saga");
    report.latency("EnrollPatient to confirmed, " + label(Load.ONE), one);
    report.latency("EnrollPatient to confirmed, " + label(Load.STEADY), steady);
    report.table("confirmed a second", rates);
    report.table("one at a time: from written to sent by the relay, ms", hops.relayed());
    report.table("one at a time: from sent to begun by the consumer, ms", hops.begun());
    report.table("one at a time: from begun to committed by the consumer, ms", hops.done());
    report.atMost("p50, ms", Report.quantile(one, 0.5) / 1e6, 80);
    report.atMost("p99, ms", Report.quantile(one, 0.99) / 1e6, 200);
    report.write(options.json());
  }
}
