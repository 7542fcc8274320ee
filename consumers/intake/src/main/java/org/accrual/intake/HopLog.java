package org.accrual.intake;

import java.util.List;
import java.util.function.Supplier;

/**
 * Where hops are noted. Quick and never failing: what is noted is written later by another thread,
 * or left out if there is too much of it.
 */
@FunctionalInterface
public interface HopLog {
  /** Notes nothing. */
  HopLog NONE = (count, hops) -> {};

  /**
   * Notes hops.
   *
   * @param count how many there are
   * @param hops gives them, on the thread that writes
   */
  void note(int count, Supplier<List<Hop>> hops);

  /** Notes one. */
  default void note(Hop hop) {
    note(1, () -> List.of(hop));
  }
}
