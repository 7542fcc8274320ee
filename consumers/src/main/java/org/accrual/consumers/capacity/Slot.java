package org.accrual.consumers.capacity;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** The slot of an attempt at its site. The columns {@code state} and {@code reason}. */
enum Slot {
  /** Nothing decided: no row. */
  NONE("none", null),
  RESERVED("reserved", null),
  EXHAUSTED("refused", "SITE_CAPACITY_EXHAUSTED"),
  INACTIVE("refused", "SITE_NOT_ACTIVE"),
  STUDY_FULL("refused", "STUDY_TARGET_REACHED"),
  STRATUM_FULL("refused", "STRATUM_FULL"),
  /** Given back, or given up before it was requested: no reservation of this attempt any more. */
  RELEASED("released", null);

  private final String state;
  private final @Nullable String reason;

  Slot(String state, @Nullable String reason) {
    this.state = state;
    this.reason = reason;
  }

  String state() {
    return state;
  }

  @Nullable String reason() {
    return reason;
  }

  /** Reads a row, whose check constraints allow no other. */
  static Slot of(String state, @Nullable String reason) {
    return Arrays.stream(values())
        .filter(slot -> slot.state.equals(state))
        .filter(slot -> reason == null || reason.equals(slot.reason))
        .findFirst()
        .orElseThrow(() -> new IllegalStateException("not a slot: " + state + " " + reason));
  }
}
