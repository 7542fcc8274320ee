package org.accrual.intake;

import java.util.Map;
import java.util.Set;
import java.util.UUID;

/**
 * Facts about a batch from the dead letters and the inbox.
 *
 * @param parked its parked streams, with what their first letter waits for
 * @param settled the places of records that were parked once and are settled, or were given up
 * @param givenUp versions that never take effect
 * @param ignoredAfter ignored streams, with the last version that takes effect
 * @param taken the ids of those that the inbox has
 */
record Known(
    Map<StreamKey, Cause> parked,
    Set<Position> settled,
    Map<StreamKey, Set<Long>> givenUp,
    Map<StreamKey, Long> ignoredAfter,
    Set<UUID> taken) {
  static final Known NOTHING = new Known(Map.of(), Set.of(), Map.of(), Map.of(), Set.of());

  Known with(Set<UUID> inInbox) {
    return new Known(parked, settled, givenUp, ignoredAfter, inInbox);
  }
}
