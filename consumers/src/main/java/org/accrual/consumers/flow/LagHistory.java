package org.accrual.consumers.flow;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/**
 * How a partition has grown: tells since when there has been a record. Precise to some hundredths
 * for what was written while this watched, to a factor of two for what is older. Used by one
 * thread.
 */
final class LagHistory {
  private static final int MOST_SAMPLES = 1200;
  private static final int SPARSE = 50;

  private record Sample(Instant at, long end) {}

  // By time, and so by end.
  private final List<Sample> samples = new ArrayList<>();

  /** The partition ended there at that time; later times must not come before earlier ones. */
  void add(Instant at, long end) {
    if (samples.isEmpty() || samples.getLast().end() < end) {
      samples.add(new Sample(at, end));
    }
    if (samples.size() > MOST_SAMPLES) {
      thin();
    }
  }

  /** For how long there has been a record at that position, at least. */
  Duration age(long position, Instant now) {
    for (Sample sample : samples) {
      if (sample.end() > position) {
        return Duration.between(sample.at(), now);
      }
    }
    return Duration.ZERO;
  }

  /** Leaves the older ones further apart: each a fiftieth of its age from the next. */
  private void thin() {
    Instant now = samples.getLast().at();
    List<Sample> kept = new ArrayList<>(MOST_SAMPLES);
    Duration last = Duration.ZERO;
    for (Sample sample : samples.reversed()) {
      Duration age = Duration.between(sample.at(), now);
      boolean oldest = sample.equals(samples.getFirst());
      if (kept.isEmpty() || oldest || age.compareTo(last.plus(last.dividedBy(SPARSE))) >= 0) {
        kept.add(sample);
        last = age;
      }
    }
    samples.clear();
    samples.addAll(kept.reversed());
  }
}
