package org.accrual.relay.state;

import java.time.Duration;
import java.util.function.LongSupplier;

/**
 * Measures for how long the stream has delivered nothing, not even a heartbeat. Time in which a
 * delivery is being published does not count. Safe for several threads; one of them delivers.
 */
public final class Silence {
  private final LongSupplier nanoTime;
  private volatile long since;
  private volatile boolean delivering;

  /**
   * @param nanoTime the clock, as {@link System#nanoTime()}
   */
  Silence(LongSupplier nanoTime) {
    this.nanoTime = nanoTime;
    this.since = nanoTime.getAsLong();
  }

  /** Marks the begin of a delivery. */
  public void deliver() {
    delivering = true;
  }

  /** Marks the end of a delivery, or a heartbeat. */
  public void end() {
    since = nanoTime.getAsLong();
    delivering = false;
  }

  /** Returns its length until now; zero during a delivery. */
  public Duration length() {
    return delivering ? Duration.ZERO : Duration.ofNanos(nanoTime.getAsLong() - since);
  }
}
