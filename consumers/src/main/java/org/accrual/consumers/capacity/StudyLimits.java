package org.accrual.consumers.capacity;

import java.util.Collection;
import java.util.List;
import java.util.Map;

/**
 * The limits of a study's enrollment.
 *
 * @param version of the study's stream; 0: its registration has not arrived
 */
record StudyLimits(long version, List<Limit> limits) {
  static final StudyLimits UNKNOWN = new StudyLimits(0, List.of());

  /**
   * One limit, and how many patients count for it: those with a reservation, and those whose
   * enrollment was confirmed at any time.
   *
   * @param number in the study; 0 for the study's target
   * @param levels the patients it counts have all of them; none for the study's target
   */
  record Limit(int number, Map<String, String> levels, int most, int taken) {

    boolean counts(Map<String, String> strata) {
      return strata.entrySet().containsAll(levels.entrySet());
    }

    boolean isReached() {
      return taken >= most;
    }

    private Limit taken(int more) {
      return new Limit(number, levels, most, taken + more);
    }
  }

  /** Returns the limits that count a patient. */
  List<Limit> of(Map<String, String> strata) {
    return limits.stream().filter(limit -> limit.counts(strata)).toList();
  }

  /** Counts so many patients more for some limits. */
  StudyLimits taken(Collection<Integer> numbers, int more) {
    return new StudyLimits(
        version,
        limits.stream()
            .map(limit -> numbers.contains(limit.number()) ? limit.taken(more) : limit)
            .toList());
  }
}
