package org.accrual.intake;

import java.util.Map;
import java.util.Set;
import java.util.UUID;

/**
 * What the dead letters and the inbox know of a batch.
 *
 * @param streams its streams that stand, and what their first letter waits for
 * @param settled its records that were parked once and are settled: they are done with
 * @param taken the ids of those that the inbox has
 */
record Standing(Map<StreamKey, Cause> streams, Set<Position> settled, Set<UUID> taken) {
  static final Standing NOTHING = new Standing(Map.of(), Set.of());

  Standing(Map<StreamKey, Cause> streams, Set<Position> settled) {
    this(streams, settled, Set.of());
  }

  Standing with(Set<UUID> inInbox) {
    return new Standing(streams, settled, inInbox);
  }
}
