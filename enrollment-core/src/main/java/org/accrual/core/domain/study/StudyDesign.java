package org.accrual.core.domain.study;

import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * Describes a study as registered. How its patients are allocated is in {@link
 * RandomizationDesign}: only randomization needs it.
 *
 * @param arms at least one, no two with one id
 * @param factors by which randomization is stratified, no two with one name; none means one stratum
 * @param target how many participants are wanted on study, at least 1
 * @param enrollmentExpiry how long an enrollment may take until it is confirmed, in whole seconds;
 *     empty: as long as it takes
 */
public record StudyDesign(
    String studyId,
    String title,
    List<Arm> arms,
    List<Factor> factors,
    int target,
    Optional<Duration> enrollmentExpiry) {
  public StudyDesign {
    arms = List.copyOf(arms);
    factors = List.copyOf(factors);
  }

  /**
   * A treatment arm.
   *
   * @param ratio its weight in the allocation, at least 1
   */
  public record Arm(String armId, int ratio) {}

  /**
   * A stratification factor.
   *
   * @param levels at least one, no two alike
   */
  public record Factor(String name, List<String> levels) {
    public Factor {
      levels = List.copyOf(levels);
    }
  }
}
