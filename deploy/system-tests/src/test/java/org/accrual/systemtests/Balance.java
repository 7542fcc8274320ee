package org.accrual.systemtests;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;

/**
 * What the participants hold for a study against what its patients are entitled to by the event
 * store. Valid when no saga is running. A patient on study or in follow-up holds a slot, a kit and
 * an allocation; a patient who left the study, by withdrawal or otherwise, keeps the kit and the
 * allocation.
 */
final class Balance {
  /** Patients who were confirmed, with the request that was, and what has ended since. */
  private static final String ENTITLED =
      """
      with entitled as materialized (
        select a.enrollment_id,
               count(*) filter (where e.type = 'accrual.enrollment.requested.v1')::int as attempt,
               bool_or(e.type = 'accrual.enrollment.taken-off-study.v1') as off
          from enrollment.attempt a
          join enrollment.event e on e.stream_type = 'enrollment' and e.stream_id = a.enrollment_id::text
         where a.study_id = '${study}'
         group by 1
        having bool_or(e.type = 'accrual.enrollment.confirmed.v1'))
      """;

  private static final StudyCheck CHECK =
      new StudyCheck(ENTITLED)
          .compare(
              "slots that are not their patients'",
              "select enrollment_id, attempt from entitled where not off",
              "select enrollment_id, attempt from capacity.reservation where study_id = '${study}' and state = 'reserved'")
          .find(
              "sites whose counter is not the number of their slots, or above what they have",
              """
              select s.site_id, s.taken, s.capacity, count(r.enrollment_id)
                from capacity.site s
                left join capacity.reservation r
                  on r.study_id = s.study_id and r.site_id = s.site_id and r.state = 'reserved'
               where s.study_id = '${study}'
               group by 1, 2, 3 having s.taken <> count(r.enrollment_id) or s.taken > s.capacity
              """)
          .find(
              "limits whose counter is not the number of the patients whom they count",
              """
              select l.number, l.taken, l.most, count(r.enrollment_id)
                from capacity.study_limit l
                left join capacity.reservation r on r.study_id = l.study_id and l.number = any (r.limits)
               where l.study_id = '${study}'
               group by 1, 2, 3 having l.taken <> count(r.enrollment_id)
              """)
          .find(
              "holds on a kit of every arm that nobody waits for",
              "select enrollment_id, attempt, site_id from supply.hold where study_id = '${study}' and state = 'held'")
          .compare(
              "holds that are not their patients'",
              "select enrollment_id, attempt from entitled",
              "select enrollment_id, attempt from supply.hold where study_id = '${study}' and state = 'allocated'")
          .compare(
              "kits that are not their patients'",
              "select enrollment_id, attempt from entitled",
              "select enrollment_id, attempt from supply.kit where study_id = '${study}' and enrollment_id is not null")
          .find(
              "patients without the allocation of the request that was confirmed",
              """
              select enrollment_id, attempt from entitled
              except select enrollment_id, attempt from randomization.allocation
              """)
          .find(
              "allocations that were made for no request",
              """
              select l.enrollment_id, l.attempt from randomization.allocation l
                join randomization.place p using (allocation_id)
               where p.study_id = '${study}'
                 and l.attempt > (select count(*) from enrollment.event e
                                   where e.stream_type = 'enrollment' and e.stream_id = l.enrollment_id::text
                                     and e.type = 'accrual.enrollment.requested.v1')
              """)
          .find("commands that wait at capacity", pending("capacity"))
          .find("commands that wait at randomization", pending("randomization"))
          .find("commands that wait at supply", pending("supply"))
          .find(
              "sagas that have not ended",
              """
              select s.enrollment_id, s.attempt, s.step
                from enrollment.saga s join enrollment.attempt a using (enrollment_id) where a.study_id = '${study}'
              """)
          .find(
              "operations that have not ended",
              "select operation_id, stage from enrollment.operation where study_id = '${study}' and not done");

  private final Evidence evidence;

  Balance(Evidence evidence) {
    this.evidence = evidence;
  }

  /** Returns what is out of balance in a study, one line each; empty if nothing is. */
  List<String> wrong(String study) {
    return CHECK.wrong(evidence, study);
  }

  /** Returns how many patients are on study or in follow-up, by the event store. */
  long onStudy(String study) {
    String sql = ENTITLED + "select count(*) from entitled where not off";
    return Long.parseLong(evidence.rows(sql.replace("${study}", study)).getFirst());
  }

  /** Fails unless that many patients are on study and nothing is out of balance. */
  void check(String study, long onStudy) {
    assertThat(onStudy(study)).as("patients on study").isEqualTo(onStudy);
    assertThat(wrong(study)).isEmpty();
  }

  private static String pending(String participant) {
    return "select enrollment_id, attempt, type from %s.pending where study_id = '${study}'"
        .formatted(participant);
  }
}
