package org.accrual.systemtests;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * Every 2 s one of the consumers processes that serve is killed, if all of them do, and otherwise
 * stopped: for a moment mostly, and one time of five for longer than its session and its leases.
 * What was killed is started again by the stack, which takes some seconds: killed at each turn none
 * would ever serve.
 */
final class Interruptions implements AutoCloseable {
  private static final Duration BETWEEN = Duration.ofSeconds(2);
  private static final int LONG_ONE_IN = 5;

  private final TestStack stack;
  private final Random random;
  private final Set<String> stopped = ConcurrentHashMap.newKeySet();
  private final ScheduledExecutorService later = Executors.newSingleThreadScheduledExecutor();
  private int kills;
  private int stops;

  Interruptions(TestStack stack, Random random) {
    this.stack = stack;
    this.random = random;
  }

  void run(int times) throws Exception {
    long next = System.nanoTime();
    while (kills + stops < times) {
      Optional<String> victim = victim();
      if (victim.isPresent()) {
        interrupt(victim.get());
        next = Math.max(next + BETWEEN.toNanos(), System.nanoTime());
      }
      // The pace of the faults, not a wait for a condition.
      LockSupport.parkNanos(Math.max(next - System.nanoTime(), TimeUnit.MILLISECONDS.toNanos(50)));
    }
  }

  private Optional<String> victim() throws InterruptedException {
    List<String> names = new ArrayList<>(stack.consumers());
    Collections.shuffle(names, random);
    for (String name : names) {
      if (!stopped.contains(name) && stack.runs(name)) {
        return Optional.of(name);
      }
    }
    return Optional.empty();
  }

  private void interrupt(String name) throws IOException, InterruptedException {
    if (allServe()) {
      stack.kill(name);
      kills++;
      return;
    }
    stopped.add(name);
    long pid = stack.stop(name);
    stops++;
    var _ =
        later.schedule(
            () -> {
              TestStack.goOn(pid);
              return stopped.remove(name);
            },
            random.nextInt(LONG_ONE_IN) == 0
                ? 6_500 + random.nextInt(3_000)
                : 300 + random.nextInt(1_500),
            TimeUnit.MILLISECONDS);
  }

  private boolean allServe() throws InterruptedException {
    for (String name : stack.consumers()) {
      if (!stack.runs(name)) {
        return false;
      }
    }
    return true;
  }

  /** Returns when none is stopped any more. */
  @Override
  public void close() {
    later.close();
  }

  @Override
  public String toString() {
    return kills + " kills and " + stops + " stops";
  }
}
