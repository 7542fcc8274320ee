package org.accrual.intake;

/** The seed of a run: another one each time, printed, and repeatable with {@code -Dfaults.seed}. */
final class FaultSeed {
  private FaultSeed() {}

  /** Returns the seed for a test and prints it. */
  static long of(Class<?> test) {
    long seed = Long.getLong("faults.seed", System.nanoTime() & 0xFFFF);
    System.out.printf("%s: -Dfaults.seed=%d%n", test.getSimpleName(), seed);
    return seed;
  }
}
