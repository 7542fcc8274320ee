package org.accrual.consumers.analytics;

import java.util.Comparator;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.accrual.api.enrollment.v1.EnrollmentState;

/** How a batch changes the number of enrollments that stand in each state at each site. */
final class Moves {
  private Moves() {}

  /** Where enrollments stand. Its order is that in which rows are locked. */
  record Place(String studyId, String siteId, EnrollmentState state) implements Comparable<Place> {
    private static final Comparator<Place> ORDER =
        Comparator.comparing(Place::studyId)
            .thenComparing(Place::siteId)
            .thenComparing(Place::state);

    static Place of(FunnelRow row) {
      return new Place(row.studyId(), row.siteId(), row.state());
    }

    @Override
    public int compareTo(Place other) {
      return ORDER.compare(this, other);
    }
  }

  /** By how many each place grew or shrank; places that did neither are left out. */
  static SortedMap<Place, Long> between(
      Map<String, FunnelRow> before, Map<String, FunnelRow> after) {
    SortedMap<Place, Long> moves = new TreeMap<>();
    before.values().forEach(row -> moves.merge(Place.of(row), -1L, Long::sum));
    after.values().forEach(row -> moves.merge(Place.of(row), 1L, Long::sum));
    moves.values().removeIf(change -> change == 0);
    return moves;
  }
}
