package org.accrual.core.domain.study;

import java.util.List;
import org.accrual.core.domain.study.StudyDesign.Arm;

/**
 * Defines how patients are allocated: permuted blocks in each stratum.
 *
 * @param blockMultiples sizes of the blocks as multiples of the ratio in lowest terms, at least one
 * @param stratifyBySite whether each site has strata of its own; otherwise the strata are central
 */
public record RandomizationDesign(List<Integer> blockMultiples, boolean stratifyBySite) {
  /** Blocks of at least twice the ratio: one that is nearly full reveals less of its end. */
  public static final List<Integer> DEFAULT_MULTIPLES = List.of(2, 3, 4);

  /** A larger block would rarely be completed in a stratum, and only complete ones balance arms. */
  public static final int MAX_SMALLEST_BLOCK = 100;

  public static final RandomizationDesign DEFAULT =
      new RandomizationDesign(DEFAULT_MULTIPLES, true);

  public RandomizationDesign {
    blockMultiples = List.copyOf(blockMultiples);
  }

  /** Returns the size of the smallest block for these arms. */
  public int smallestBlock(List<Arm> arms) {
    int divisor = arms.stream().mapToInt(Arm::ratio).reduce(0, RandomizationDesign::gcd);
    int sum = arms.stream().mapToInt(Arm::ratio).sum() / divisor;
    return sum * blockMultiples.stream().mapToInt(Integer::intValue).min().orElseThrow();
  }

  private static int gcd(int a, int b) {
    return b == 0 ? a : gcd(b, a % b);
  }
}
