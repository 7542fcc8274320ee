package org.accrual.consumers.projection;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.Collection;
import org.accrual.api.enrollment.v1.EnrollmentState;
import org.accrual.consumers.database.Columns;
import org.jspecify.annotations.Nullable;

/** {@code projection.enrollment}: a batch's changes in one statement. */
final class EnrollmentTable {
  // A change that lacks the first event finds its row, or fails on a column that must not be null.
  private static final String WRITE =
      """
      merge into projection.enrollment e
      using (select * from unnest(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) as c
               (enrollment_id, study_id, site_id, patient_id, state, reason,
                screened_at, requested_at, confirmed_at, version, updated_at)) c
         on e.enrollment_id = c.enrollment_id
       when matched then update set
            state = coalesce(c.state, e.state),
            reason = case when c.state is null then e.reason else c.reason end,
            requested_at = coalesce(c.requested_at, e.requested_at),
            confirmed_at = coalesce(c.confirmed_at, e.confirmed_at),
            version = c.version,
            updated_at = c.updated_at
       when not matched then
            insert (enrollment_id, study_id, site_id, patient_id, state, reason,
                    screened_at, requested_at, confirmed_at, version, updated_at)
            values (c.enrollment_id, c.study_id, c.site_id, c.patient_id, c.state, c.reason,
                    c.screened_at, c.requested_at, c.confirmed_at, c.version, c.updated_at)
      """;

  private EnrollmentTable() {}

  static void write(Connection connection, Collection<EnrollmentChange> changes)
      throws SQLException {
    if (changes.isEmpty()) {
      return;
    }
    try (PreparedStatement statement = connection.prepareStatement(WRITE)) {
      new Columns<>(statement, changes)
          .column("uuid", c -> c.subject().enrollmentId())
          .column("text", c -> c.subject().studyId())
          .column("text", c -> c.subject().siteId())
          .column("text", c -> c.subject().patientId())
          .column("text", c -> inSql(c.state()))
          .column("text", EnrollmentChange::reason)
          .column("timestamptz", EnrollmentChange::screenedAt)
          .column("timestamptz", EnrollmentChange::requestedAt)
          .column("timestamptz", EnrollmentChange::confirmedAt)
          .column("bigint", EnrollmentChange::version)
          .column("timestamptz", EnrollmentChange::updatedAt)
          .write();
    }
  }

  private static @Nullable String inSql(@Nullable EnrollmentState state) {
    return state == null ? null : EnrollmentStates.inSql(state);
  }
}
