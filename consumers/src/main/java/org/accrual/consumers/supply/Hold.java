package org.accrual.consumers.supply;

/** What an attempt has of its site's kits. */
sealed interface Hold {
  /** Nothing decided: no row. */
  record None() implements Hold {}

  /** One kit of every arm is set aside. */
  record Held() implements Hold {}

  record Refused() implements Hold {}

  record Allocated(Kit kit) implements Hold {}

  /** Given back, or given up before it was asked for: no hold of this attempt any more. */
  record Released() implements Hold {}

  /** A kit in memory, where its arm is open; nowhere else. */
  record Kit(String id, String arm) {
    /** Without the arm, whoever may print it. */
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
