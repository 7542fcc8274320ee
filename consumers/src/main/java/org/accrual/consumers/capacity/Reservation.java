package org.accrual.consumers.capacity;

import java.util.List;

/**
 * What an attempt has of its site and its study.
 *
 * @param limits numbers of the study's limits that count the patient
 */
record Reservation(Slot slot, List<Integer> limits) {
  static final Reservation NONE = of(Slot.NONE);

  /** A reservation that no limit counts. */
  static Reservation of(Slot slot) {
    return new Reservation(slot, List.of());
  }
}
