package org.accrual.systemtests;

import java.util.List;

/**
 * What every participant holds for a study, by SQL: the books that must agree once nothing runs.
 */
final class Balance {
  private final Evidence evidence;

  Balance(Evidence evidence) {
    this.evidence = evidence;
  }

  /**
   * The books of one study.
   *
   * @param onStudy patients on study, by the fold that the projection is
   * @param slots taken, by capacity
   * @param kits allocated, by supply
   * @param running sagas
   */
  record Of(long onStudy, long slots, long kits, long running) {}

  Of of(String study) {
    return new Of(
        number(
            "select count(*) from projection.enrollment where study_id = ? and state in ('on-study', 'follow-up')",
            study),
        number("select coalesce(sum(taken), 0) from capacity.site where study_id = ?", study),
        number(
            "select count(*) from supply.kit where study_id = ? and enrollment_id is not null",
            study),
        number(
            """
            select count(*) from enrollment.saga s join enrollment.attempt a using (enrollment_id) where a.study_id = ?
            """,
            study));
  }

  private long number(String sql, String study) {
    List<String> rows = evidence.rows(sql, study);
    return Long.parseLong(rows.getFirst());
  }
}
