package org.accrual.core.domain.study;

import java.util.List;
import java.util.Map;

/**
 * Defines where the enrollment of a study stops. The participant capacity enforces it.
 *
 * @param stopAtTarget whether at the study's target; otherwise the target is only shown
 * @param caps on strata
 */
public record AccrualLimits(boolean stopAtTarget, List<StratumCap> caps) {
  public static final AccrualLimits NONE = new AccrualLimits(false, List.of());

  public AccrualLimits {
    caps = List.copyOf(caps);
  }

  /**
   * Limits how many patients are enrolled who have all of some levels.
   *
   * @param levels by factor, at least one
   * @param max at least 1
   */
  public record StratumCap(Map<String, String> levels, int max) {
    public StratumCap {
      levels = Map.copyOf(levels);
    }
  }
}
