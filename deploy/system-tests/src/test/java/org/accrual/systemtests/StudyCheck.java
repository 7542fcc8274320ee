package org.accrual.systemtests;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Queries that return rows only where something is wrong with a study, each with its finding. */
final class StudyCheck {
  private final String common;
  private final Map<String, String> queries = new LinkedHashMap<>();

  /**
   * @param common common table expressions of all queries; may be empty
   */
  StudyCheck(String common) {
    this.common = common;
  }

  /**
   * Adds a query.
   *
   * @param finding what a row of it means
   * @param sql with {@code ${study}} where the study's id belongs
   */
  StudyCheck find(String finding, String sql) {
    queries.put(finding, sql);
    return this;
  }

  /** Adds a query for the rows that are in one of two results and not in the other. */
  StudyCheck compare(String finding, String expected, String found) {
    return find(
        finding,
        """
        (select 'missing' as what, m.* from (%1$s except all %2$s) m)
        union all (select 'too much', t.* from (%2$s except all %1$s) t)
        """
            .formatted("(" + expected + ")", "(" + found + ")"));
  }

  /** Returns a line for each row of each query; empty if nothing is wrong. */
  List<String> wrong(Evidence evidence, String study) {
    List<String> wrong = new ArrayList<>();
    queries.forEach(
        (finding, sql) ->
            evidence
                .rows((common + sql).replace("${study}", study))
                .forEach(row -> wrong.add(finding + ": " + row)));
    return wrong;
  }
}
