package org.accrual.intake;

import java.util.List;
import java.util.Set;
import java.util.SortedMap;

/**
 * What the gate says of a batch.
 *
 * @param admitted to be applied, in the order they came
 * @param advances how far each admitted stream moves
 * @param repeated those that were applied before and are dropped
 * @param parks to be set aside, in the order they came
 * @param closed parked streams whose missing event is among the admitted
 */
record Judgement(
    List<Message> admitted,
    SortedMap<StreamKey, Advance> advances,
    List<Position> repeated,
    List<Park> parks,
    Set<StreamKey> closed) {

  /** What effects are told: an event that was split since comes in its parts. */
  List<Message> told() {
    return admitted.stream().flatMap(message -> message.parts().stream()).toList();
  }

  int repeats() {
    return repeated.size();
  }

  /** Nothing to write. */
  boolean isEmpty() {
    return admitted.isEmpty() && parks.isEmpty();
  }

  /**
   * A stream's step in one batch.
   *
   * @param from the version applied before, 0 for a new stream
   * @param to the version applied after
   */
  record Advance(long from, long to) {}
}
