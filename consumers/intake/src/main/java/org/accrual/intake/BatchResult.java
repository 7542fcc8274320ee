package org.accrual.intake;

import java.util.HashMap;
import java.util.Map;

/**
 * What became of a batch, all of it committed.
 *
 * @param applied how many took effect
 * @param repeats how many had taken effect, or been parked, before
 * @param parked how many were set aside
 * @param reached the versions now applied of the streams that moved
 */
public record BatchResult(int applied, int repeats, int parked, Map<StreamKey, Long> reached) {

  /** This part of a batch and the one after it. */
  BatchResult and(BatchResult next) {
    Map<StreamKey, Long> both = new HashMap<>(reached);
    both.putAll(next.reached);
    return new BatchResult(
        applied + next.applied, repeats + next.repeats, parked + next.parked, both);
  }
}
