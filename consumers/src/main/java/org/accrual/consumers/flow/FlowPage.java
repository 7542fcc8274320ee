package org.accrual.consumers.flow;

import java.util.List;

/**
 * The flow after which a page begins.
 *
 * @param part 0: troubled; 1: running; 2: the others
 * @param last the value by which the part is ordered: a correlation id; in the last part an
 *     operation's id
 */
record FlowPage(int part, String last) {
  static final FlowPage BEGINNING = new FlowPage(0, "");
  static final int PARTS = 2;

  /** Reads a page token's key; IllegalArgumentException if it is none. */
  static FlowPage of(List<String> key) {
    if (!key.getFirst().matches("[012]")) {
      throw new IllegalArgumentException("not a part");
    }
    return new FlowPage(Integer.parseInt(key.getFirst()), key.getLast());
  }
}
