package org.accrual.core.domain.saga;

import java.time.Duration;

/**
 * How long a run waits for an answer before it sends its command again. Each pause of a run is
 * twice the one before.
 *
 * @param stepDeadline the first pause; an operation without progress for so long is delayed
 * @param longestPause bounds the pauses
 */
public record SagaTiming(Duration stepDeadline, Duration longestPause) {
  /** Further doublings would only overflow. */
  private static final int DOUBLINGS = 20;

  /** Part of a pause that is added at most, so that runs of one moment do not stay together. */
  private static final double JITTER = 0.25;

  /**
   * Returns the pause before the next repetition.
   *
   * @param repeats how often the run has repeated a command
   * @param random from 0 to 1
   */
  public Duration pause(int repeats, double random) {
    Duration doubled = stepDeadline.multipliedBy(1L << Math.min(repeats, DOUBLINGS));
    Duration pause = doubled.compareTo(longestPause) < 0 ? doubled : longestPause;
    return pause.plusMillis((long) (pause.toMillis() * JITTER * random));
  }
}
