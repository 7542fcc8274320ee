package org.accrual.relay.faults;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Random;

/**
 * The deaths of the relay that are still to come, each at a kill point and a number of passages
 * that follow from the seed, and those that have been. Every point comes up once before any comes
 * up again. Safe for several threads.
 */
final class Deaths {
  private record Death(KillPoint point, int passage) {}

  private final Deque<Death> planned = new ArrayDeque<>();
  private final Map<KillPoint, Integer> fired = new EnumMap<>(KillPoint.class);

  Deaths(int count, Random random) {
    while (planned.size() < count) {
      List<KillPoint> points = new ArrayList<>(List.of(KillPoint.values()));
      Collections.shuffle(points, random);
      for (KillPoint point : points.subList(0, Math.min(points.size(), count - planned.size()))) {
        planned.add(new Death(point, 1 + random.nextInt(point.mostPassages())));
      }
    }
  }

  /** Returns the settings with which the next process dies; none if all deaths have been. */
  synchronized List<String> settings() {
    Death next = planned.peek();
    return next == null ? List.of() : next.point.settings(next.passage);
  }

  /** Records the end of a process; one that ended otherwise leaves its death to the next. */
  synchronized void ended(int exitCode) {
    Death next = planned.peek();
    if (next != null && exitCode == next.point.exitCode()) {
      planned.remove();
      fired.merge(next.point, 1, Integer::sum);
    }
  }

  synchronized boolean areOver() {
    return planned.isEmpty();
  }

  synchronized Map<KillPoint, Integer> fired() {
    return Map.copyOf(fired);
  }
}
