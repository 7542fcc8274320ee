package org.accrual.local;

import java.time.Duration;

/**
 * How long a process that died waits before it is started again: doubled with each death, to a
 * bound that leaves time to be back within 15 s; from the beginning once it has lived long enough.
 */
final class Backoff {
  static final Duration FIRST = Duration.ofMillis(250);
  static final Duration LONGEST = Duration.ofSeconds(5);
  static final Duration STEADY = Duration.ofSeconds(30);

  private Duration next = FIRST;

  /** The wait after a life that long. */
  Duration after(Duration life) {
    if (life.compareTo(STEADY) >= 0) {
      next = FIRST;
    }
    Duration wait = next;
    Duration doubled = next.multipliedBy(2);
    next = doubled.compareTo(LONGEST) < 0 ? doubled : LONGEST;
    return wait;
  }
}
