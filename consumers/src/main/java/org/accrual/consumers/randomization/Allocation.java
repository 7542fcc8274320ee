package org.accrual.consumers.randomization;

import org.accrual.consumers.participant.Attempt;

/**
 * The allocation that one attempt received; several attempts of a patient share a place.
 *
 * @param sealedArm opens with {@link #context}
 */
@SuppressWarnings("ArrayRecordComponent") // carried, never compared or changed
record Allocation(Attempt attempt, Place place, byte[] sealedArm) {

  static String context(Attempt attempt) {
    return "allocation:" + attempt;
  }
}
