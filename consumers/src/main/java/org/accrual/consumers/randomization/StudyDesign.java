package org.accrual.consumers.randomization;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A study as far as its events have arrived.
 *
 * @param version of the study's stream; 0: its registration has not arrived, there are no arms
 * @param multiples sizes of the blocks as multiples of the ratio in lowest terms
 * @param bySite whether each site has strata of its own
 */
record StudyDesign(
    long version,
    List<Arm> arms,
    List<Factor> factors,
    List<Integer> multiples,
    boolean bySite,
    SealedSeed seed) {
  static final StudyDesign UNKNOWN =
      new StudyDesign(0, List.of(), List.of(), List.of(), true, SealedSeed.NONE);

  /**
   * @param ratio its weight in the allocation, at least 1
   */
  record Arm(String id, int ratio) {}

  /** A stratification factor and its levels. */
  record Factor(String name, List<String> levels) {}

  StudyDesign at(long version) {
    return new StudyDesign(version, arms, factors, multiples, bySite, seed);
  }

  StudyDesign with(SealedSeed seed) {
    return new StudyDesign(version, arms, factors, multiples, bySite, seed);
  }

  /** Returns the ratio of the arms in lowest terms: 50:50 is 1:1. */
  List<Integer> ratio() {
    int divisor = arms.stream().mapToInt(Arm::ratio).reduce(0, StudyDesign::gcd);
    return arms.stream().map(arm -> arm.ratio() / divisor).toList();
  }

  private static int gcd(int a, int b) {
    return b == 0 ? a : gcd(b, a % b);
  }

  /**
   * The stratum of a patient: for each factor, in order, the position of the level, from 1. Empty
   * if there is not exactly one known level of each factor.
   */
  Optional<List<Integer>> stratum(Map<String, String> levels) {
    List<Integer> stratum = new ArrayList<>(factors.size());
    for (Factor factor : factors) {
      int position = factor.levels().indexOf(levels.getOrDefault(factor.name(), "")) + 1;
      if (position == 0) {
        return Optional.empty();
      }
      stratum.add(position);
    }
    return levels.size() == factors.size() ? Optional.of(stratum) : Optional.empty();
  }
}
