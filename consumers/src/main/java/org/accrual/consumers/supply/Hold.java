package org.accrual.consumers.supply;

import java.time.LocalDate;

/** The part of its site's kits that an attempt has. */
sealed interface Hold {
  /** Nothing decided: no row. */
  record None() implements Hold {}

  /** One kit of every arm is set aside. */
  record Held() implements Hold {}

  record Refused() implements Hold {}

  record Allocated(Kit kit) implements Hold {}

  /** Given back, or given up before it was asked for: no hold of this attempt any more. */
  record Released() implements Hold {}

  /**
   * A kit in memory; only there its arm is open.
   *
   * @param expiryDate last day on which it may be used; {@code LocalDate.MAX} if it does not expire
   * @param received whether its site has neither quarantined nor destroyed it, and no patient has
   *     returned it
   */
  record Kit(String id, String arm, LocalDate expiryDate, boolean received) {
    /** Returns whether it may be allocated on a day, by UTC. */
    boolean isUsableOn(LocalDate today) {
      return received && expiryDate.isAfter(today);
    }

    /** Omits the arm. */
    @Override
    public String toString() {
      return id;
    }
  }

  /** As in the column {@code state}. */
  default String state() {
    return switch (this) {
      case None _ -> "none";
      case Held _ -> "held";
      case Refused _ -> "refused";
      case Allocated _ -> "allocated";
      case Released _ -> "released";
    };
  }
}
