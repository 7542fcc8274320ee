package org.accrual.benchmarks;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/** The order in which contenders are measured. */
public final class Turns {
  private Turns() {}

  /**
   * Returns the contenders in the order of a turn: A B C, then B C A, then C A B. Contenders whose
   * order were always the same would always run after the same neighbour.
   *
   * @param turn its number, negative while warming up
   */
  public static <T> List<T> order(List<T> contenders, int turn) {
    List<T> order = new ArrayList<>(contenders);
    Collections.rotate(order, -turn);
    return order;
  }
}
