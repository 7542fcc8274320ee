package org.accrual.consumers.projection;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import org.accrual.api.enrollment.v1.EnrollmentState;
import org.accrual.consumers.database.Columns;
import org.jspecify.annotations.Nullable;

/** {@code projection.enrollment}: one statement reads a batch's rows, one writes them. */
final class EnrollmentTable {
  private final String read;
  private final String write;

  /**
   * @param schema of which version of the projection
   */
  EnrollmentTable(String schema) {
    read =
        """
        select enrollment_id, study_id, site_id, patient_id, state, withdrawn_from, reason_before, reason,
               off_study_cause, screened_at, requested_at, confirmed_at, version, updated_at, kit_id
          from %s.enrollment
         where enrollment_id = any (?)
        """
            .formatted(schema);
    // What an enrollment is of never changes; neither does any indexed column.
    write =
        """
        insert into %s.enrollment
               (enrollment_id, study_id, site_id, patient_id, state, withdrawn_from, reason_before, reason,
                off_study_cause, screened_at, requested_at, confirmed_at, version, updated_at, kit_id)
        select * from unnest(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
        on conflict (enrollment_id) do update set
               state = excluded.state,
               withdrawn_from = excluded.withdrawn_from,
               reason_before = excluded.reason_before,
               reason = excluded.reason,
               off_study_cause = excluded.off_study_cause,
               requested_at = excluded.requested_at,
               confirmed_at = excluded.confirmed_at,
               kit_id = excluded.kit_id,
               version = excluded.version,
               updated_at = excluded.updated_at
        """
            .formatted(schema);
  }

  Map<String, EnrollmentRow> read(Connection connection, Collection<String> ids)
      throws SQLException {
    Map<String, EnrollmentRow> rows = HashMap.newHashMap(ids.size());
    if (ids.isEmpty()) {
      return rows;
    }
    try (PreparedStatement statement = connection.prepareStatement(read)) {
      statement.setArray(1, connection.createArrayOf("uuid", ids.toArray()));
      try (ResultSet found = statement.executeQuery()) {
        while (found.next()) {
          EnrollmentRow row = row(found);
          rows.put(row.enrollmentId(), row);
        }
      }
    }
    return rows;
  }

  void write(Connection connection, Collection<EnrollmentRow> rows) throws SQLException {
    if (rows.isEmpty()) {
      return;
    }
    try (PreparedStatement statement = connection.prepareStatement(write)) {
      new Columns<>(statement, rows)
          .column("uuid", EnrollmentRow::enrollmentId)
          .column("text", EnrollmentRow::studyId)
          .column("text", EnrollmentRow::siteId)
          .column("text", EnrollmentRow::patientId)
          .column("text", row -> EnrollmentStates.inSql(row.state()))
          .column("text", row -> inSql(row.withdrawnFrom()))
          .column("text", EnrollmentRow::reasonBefore)
          .column("text", EnrollmentRow::reason)
          .column("text", EnrollmentRow::offStudyCause)
          .column("timestamptz", EnrollmentRow::screenedAt)
          .column("timestamptz", EnrollmentRow::requestedAt)
          .column("timestamptz", EnrollmentRow::confirmedAt)
          .column("bigint", EnrollmentRow::version)
          .column("timestamptz", EnrollmentRow::updatedAt)
          .column("text", EnrollmentRow::kitId)
          .write();
    }
  }

  private static EnrollmentRow row(ResultSet row) throws SQLException {
    return new EnrollmentRow(
        row.getString(1),
        row.getString(2),
        row.getString(3),
        row.getString(4),
        EnrollmentStates.ofSql(row.getString(5)),
        ofSql(row.getString(6)),
        row.getString(7),
        row.getString(8),
        row.getString(9),
        row.getString("kit_id"),
        row.getObject(10, OffsetDateTime.class).toInstant(),
        time(row, 11),
        time(row, 12),
        row.getLong(13),
        row.getObject(14, OffsetDateTime.class).toInstant());
  }

  private static @Nullable Instant time(ResultSet row, int column) throws SQLException {
    OffsetDateTime time = row.getObject(column, OffsetDateTime.class);
    return time == null ? null : time.toInstant();
  }

  private static @Nullable String inSql(@Nullable EnrollmentState state) {
    return state == null ? null : EnrollmentStates.inSql(state);
  }

  private static @Nullable EnrollmentState ofSql(@Nullable String state) {
    return state == null ? null : EnrollmentStates.ofSql(state);
  }
}
