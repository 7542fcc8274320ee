package org.accrual.consumers;

import java.util.concurrent.ThreadLocalRandom;

/**
 * Seeds of random tests: another one in each run, printed, and repeated by {@code -Dfaults.seed}.
 */
public final class Seeds {
  private Seeds() {}

  /**
   * Returns the seed of a test and prints it.
   *
   * @param test the class whose random choices follow from it
   */
  public static long of(Class<?> test) {
    long seed = Long.getLong("faults.seed", ThreadLocalRandom.current().nextInt(1_000_000_000));
    System.out.println(test.getSimpleName() + ": faults.seed=" + seed);
    return seed;
  }
}
