package org.accrual.consumers.query;

import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import org.accrual.api.enrollment.v1.EnrollmentState;
import org.accrual.api.query.v1.SiteAccrual;
import org.accrual.api.query.v1.StateCount;
import org.accrual.api.query.v1.StudyAccrual;

/** Adds up how many enrollments stand where. */
final class AccrualSum {
  private static final Set<EnrollmentState> ACCRUED =
      Set.of(
          EnrollmentState.ENROLLMENT_STATE_ON_STUDY,
          EnrollmentState.ENROLLMENT_STATE_FOLLOW_UP,
          EnrollmentState.ENROLLMENT_STATE_OFF_STUDY);

  private final String studyId;
  private final Map<EnrollmentState, Long> all = new EnumMap<>(EnrollmentState.class);
  private final SortedMap<String, Map<EnrollmentState, Long>> sites = new TreeMap<>();
  private int target;
  private long parked;

  AccrualSum(String studyId) {
    this.studyId = studyId;
  }

  void target(int participants) {
    target = participants;
  }

  void parked(long enrollments) {
    parked = enrollments;
  }

  void add(String siteId, EnrollmentState state, long enrollments) {
    all.merge(state, enrollments, Long::sum);
    sites
        .computeIfAbsent(siteId, _ -> new EnumMap<>(EnrollmentState.class))
        .merge(state, enrollments, Long::sum);
  }

  StudyAccrual toAnswer() {
    StudyAccrual.Builder answer =
        StudyAccrual.newBuilder()
            .setStudyId(studyId)
            .setTarget(target)
            .setEnrolled(enrolled(all))
            .setAccrued(accrued(all))
            .setParked(parked)
            .addAllStates(counts(all));
    sites.forEach(
        (siteId, states) ->
            answer.addSites(
                SiteAccrual.newBuilder()
                    .setSiteId(siteId)
                    .setEnrolled(enrolled(states))
                    .setAccrued(accrued(states))
                    .addAllStates(counts(states))));
    return answer.build();
  }

  private static long enrolled(Map<EnrollmentState, Long> states) {
    return states.getOrDefault(EnrollmentState.ENROLLMENT_STATE_ON_STUDY, 0L);
  }

  private static long accrued(Map<EnrollmentState, Long> states) {
    return ACCRUED.stream().mapToLong(state -> states.getOrDefault(state, 0L)).sum();
  }

  private static List<StateCount> counts(Map<EnrollmentState, Long> states) {
    return states.entrySet().stream()
        .map(
            state ->
                StateCount.newBuilder()
                    .setState(state.getKey())
                    .setEnrollments(state.getValue())
                    .build())
        .toList();
  }
}
