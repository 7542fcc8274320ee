package org.accrual.consumers.flow;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;

/** How fast a count grows, over the last seconds. Used by one thread. */
final class Rate {
  private static final Duration OVER = Duration.ofSeconds(5);

  private record Sample(long nanos, long count) {}

  private final Deque<Sample> samples = new ArrayDeque<>();

  /** Takes a look in; answers how many a second. A count that fell began anew. */
  double add(long nanos, long count) {
    if (!samples.isEmpty() && samples.getLast().count() > count) {
      samples.clear();
    }
    samples.addLast(new Sample(nanos, count));
    while (samples.size() > 2 && nanos - samples.getFirst().nanos() > OVER.toNanos()) {
      samples.removeFirst();
    }
    Sample first = samples.getFirst();
    long time = nanos - first.nanos();
    return time <= 0 ? 0 : (count - first.count()) * 1e9 / time;
  }
}
