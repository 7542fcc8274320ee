package org.accrual.core;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Counts who wins a race between two sides that is run again and again. The side that won makes one
 * more round of work before its start the next time, so that each side wins sooner or later,
 * however fast the other is.
 */
final class Race {
  private final String name;
  private final int[] wins = new int[2];
  private int handicap;

  Race(String name) {
    this.name = name;
  }

  /** Returns how many rounds of work a side, 0 or 1, makes before its start. */
  int rounds(int side) {
    return Math.max(0, side == 0 ? handicap : -handicap);
  }

  void won(int side) {
    wins[side]++;
    handicap += side == 0 ? 1 : -1;
  }

  /** Fails if one side never won; passes if no race was run. */
  void assertBothWon() {
    if (wins[0] + wins[1] > 0) {
      assertThat(wins).as(name + ": wins of each side").doesNotContain(0);
    }
  }

  @Override
  public String toString() {
    return "%s: %d to %d".formatted(name, wins[0], wins[1]);
  }
}
