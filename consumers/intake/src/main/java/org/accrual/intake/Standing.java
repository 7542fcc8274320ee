package org.accrual.intake;

import java.util.Map;
import java.util.Set;

/**
 * What the dead letters know of a batch.
 *
 * @param streams its streams that stand, and what their first letter waits for
 * @param settled its records that were parked once and are settled: they are done with
 */
record Standing(Map<StreamKey, Cause> streams, Set<Position> settled) {
  static final Standing NOTHING = new Standing(Map.of(), Set.of());
}
