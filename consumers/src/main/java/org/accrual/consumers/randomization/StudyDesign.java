package org.accrual.consumers.randomization;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What is known of a study.
 *
 * @param version of the study's stream; 0: not heard of yet, and then there are no arms
 */
record StudyDesign(long version, List<Arm> arms, List<Factor> factors) {
  static final StudyDesign UNHEARD = new StudyDesign(0, List.of(), List.of());

  /**
   * @param ratio its weight in the allocation, at least 1
   */
  record Arm(String id, int ratio) {}

  /** A stratification factor and its levels. */
  record Factor(String name, List<String> levels) {}

  StudyDesign at(long version) {
    return new StudyDesign(version, arms, factors);
  }

  List<Integer> ratios() {
    return arms.stream().map(Arm::ratio).toList();
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
