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
import org.accrual.consumers.database.Columns;
import org.accrual.contract.EnrollmentStatus;
import org.jspecify.annotations.Nullable;

/** {@code projection.enrollment}: one statement reads a batch's rows, one writes them. */
final class EnrollmentTable {
  private final String read;
  private final String write;

  /**
   * @param schema of the projection's version
   */
  EnrollmentTable(String schema) {
    read =
        """
        select enrollment_id, study_id, site_id, patient_id, state, withdrawn_from, reason_before, reason,
               off_study_cause, screened_at, requested_at, confirmed_at, version, updated_at, kit_id, randomization_number
          from %s.enrollment
         where enrollment_id = any (?)
        """
            .formatted(schema);
    // Study, site and patient of an enrollment never change; no indexed column does.
    write =
        """
        insert into %s.enrollment
               (enrollment_id, study_id, site_id, patient_id, state, withdrawn_from, reason_before, reason,
                off_study_cause, screened_at, requested_at, confirmed_at, version, updated_at, kit_id,
                randomization_number)
        select * from unnest(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
        on conflict (enrollment_id) do update set
               state = excluded.state,
               withdrawn_from = excluded.withdrawn_from,
               reason_before = excluded.reason_before,
               reason = excluded.reason,
               off_study_cause = excluded.off_study_cause,
               requested_at = excluded.requested_at,
               confirmed_at = excluded.confirmed_at,
               kit_id = excluded.kit_id,
               randomization_number = excluded.randomization_number,
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
          .column("text", row -> EnrollmentStates.inSql(row.status().state()))
          .column("text", row -> withdrawnFrom(row.status()))
          .column("text", row -> reasonBefore(row.status()))
          .column("text", row -> row.status().reason())
          .column("text", EnrollmentRow::offStudyCause)
          .column("timestamptz", EnrollmentRow::screenedAt)
          .column("timestamptz", EnrollmentRow::requestedAt)
          .column("timestamptz", EnrollmentRow::confirmedAt)
          .column("bigint", EnrollmentRow::version)
          .column("timestamptz", EnrollmentRow::updatedAt)
          .column("text", EnrollmentRow::kitId)
          .column("text", EnrollmentRow::randomizationNumber)
          .write();
    }
  }

  private static EnrollmentRow row(ResultSet row) throws SQLException {
    return new EnrollmentRow(
        row.getString("enrollment_id"),
        row.getString("study_id"),
        row.getString("site_id"),
        row.getString("patient_id"),
        status(row),
        row.getString("off_study_cause"),
        row.getString("kit_id"),
        row.getString("randomization_number"),
        row.getObject("screened_at", OffsetDateTime.class).toInstant(),
        time(row, "requested_at"),
        time(row, "confirmed_at"),
        row.getLong("version"),
        row.getObject("updated_at", OffsetDateTime.class).toInstant());
  }

  private static EnrollmentStatus status(ResultSet row) throws SQLException {
    String withdrawnFrom = row.getString("withdrawn_from");
    return new EnrollmentStatus(
        EnrollmentStates.ofSql(row.getString("state")),
        row.getString("reason"),
        withdrawnFrom == null
            ? null
            : new EnrollmentStatus(
                EnrollmentStates.ofSql(withdrawnFrom), row.getString("reason_before"), null));
  }

  private static @Nullable Instant time(ResultSet row, String column) throws SQLException {
    OffsetDateTime time = row.getObject(column, OffsetDateTime.class);
    return time == null ? null : time.toInstant();
  }

  private static @Nullable String withdrawnFrom(EnrollmentStatus status) {
    EnrollmentStatus before = status.beforeWithdrawal();
    return before == null ? null : EnrollmentStates.inSql(before.state());
  }

  private static @Nullable String reasonBefore(EnrollmentStatus status) {
    EnrollmentStatus before = status.beforeWithdrawal();
    return before == null ? null : before.reason();
  }
}
