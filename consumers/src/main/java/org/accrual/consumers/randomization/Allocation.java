package org.accrual.consumers.randomization;

import java.util.UUID;
import org.accrual.consumers.participant.Attempt;

/**
 * A patient's allocation.
 *
 * @param ordinal which of its stratum, 1, 2 …
 * @param id random: tells nothing
 * @param sealedArm opens with {@link #context}
 */
@SuppressWarnings("ArrayRecordComponent") // carried, never compared or changed
record Allocation(Attempt attempt, Stratum.Key stratum, long ordinal, UUID id, byte[] sealedArm) {

  static String context(Attempt attempt) {
    return "allocation:" + attempt;
  }
}
