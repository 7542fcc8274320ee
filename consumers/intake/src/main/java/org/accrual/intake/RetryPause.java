package org.accrual.intake;

import java.time.Duration;
import java.util.random.RandomGenerator;

/**
 * How long to wait before the next attempt: doubles from 100 ms to the longest, less up to half at
 * random so that processes do not knock in step. Not safe for use by several threads.
 */
final class RetryPause {
  private static final Duration SHORTEST = Duration.ofMillis(100);

  private final Duration longest;
  private final RandomGenerator random;
  private int failures;

  RetryPause(Duration longest, RandomGenerator random) {
    this.longest = longest;
    this.random = random;
  }

  Duration next() {
    long doubled = SHORTEST.toMillis() << Math.min(failures++, 20);
    long whole = Math.min(doubled, longest.toMillis());
    return Duration.ofMillis(whole - random.nextLong(whole / 2 + 1));
  }

  void reset() {
    failures = 0;
  }
}
