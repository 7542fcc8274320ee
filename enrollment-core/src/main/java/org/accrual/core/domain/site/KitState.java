package org.accrual.core.domain.site;

import java.util.Arrays;

/**
 * The states of a kit that a site records. Held, allocated and dispensed are not among them: the
 * supply participant and the enrollments' streams have those.
 */
public enum KitState {
  RECEIVED("received"),
  QUARANTINED("quarantined"),
  RETURNED("returned"),
  DESTROYED("destroyed");

  private final String code;

  KitState(String code) {
    this.code = code;
  }

  /** Returns the code under which the state is stored. */
  public String code() {
    return code;
  }

  /** Returns whether a kit of this state may get that one. Each kit begins as received. */
  boolean allows(KitState next) {
    return switch (this) {
      case RECEIVED -> next == QUARANTINED || next == RETURNED;
      case QUARANTINED -> next != QUARANTINED;
      case RETURNED -> next == DESTROYED;
      case DESTROYED -> false;
    };
  }

  /** Returns the state of a code that was stored. */
  public static KitState ofCode(String code) {
    return Arrays.stream(values())
        .filter(state -> state.code.equals(code))
        .findFirst()
        .orElseThrow(() -> new IllegalArgumentException("no state of a kit: " + code));
  }
}
