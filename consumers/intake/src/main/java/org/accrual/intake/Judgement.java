package org.accrual.intake;

import java.util.List;
import java.util.SortedMap;

/**
 * What the gate says of a batch.
 *
 * @param admitted to be applied, in the order they came
 * @param advances how far each admitted stream moves
 * @param repeats how many were applied before and are dropped
 * @param halts at most one a partition; nothing at or after it in that partition is admitted
 */
record Judgement(
    List<Message> admitted, SortedMap<StreamKey, Advance> advances, int repeats, List<Halt> halts) {

  /**
   * A stream's step in one batch.
   *
   * @param from the version applied before, 0 for a new stream
   * @param to the version applied after
   */
  record Advance(long from, long to) {}
}
