package org.accrual.consumers.analytics;

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
import org.accrual.consumers.projection.EnrollmentStates;
import org.jspecify.annotations.Nullable;

/** The table {@code enrollment}: one statement reads a batch's rows, one writes them. */
final class FunnelTable {
  private final String read;
  private final String write;

  FunnelTable(String schema) {
    read =
        """
        select enrollment_id, study_id, site_id, state, withdrawn_from, screened_at, eligible_at,
               requested_at, accrued_at, left_at, version
          from %s.enrollment
         where enrollment_id = any (?)
        """
            .formatted(schema);
    write =
        """
        insert into %s.enrollment
               (enrollment_id, study_id, site_id, state, withdrawn_from, screened_at, eligible_at,
                requested_at, accrued_at, left_at, version)
        select * from unnest(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
        on conflict (enrollment_id) do update set
               state = excluded.state,
               withdrawn_from = excluded.withdrawn_from,
               eligible_at = excluded.eligible_at,
               requested_at = excluded.requested_at,
               accrued_at = excluded.accrued_at,
               left_at = excluded.left_at,
               version = excluded.version
        """
            .formatted(schema);
  }

  /** Those of them that are there, by their ids. */
  Map<String, FunnelRow> read(Connection connection, Collection<String> ids) throws SQLException {
    Map<String, FunnelRow> rows = HashMap.newHashMap(ids.size());
    if (ids.isEmpty()) {
      return rows;
    }
    try (PreparedStatement statement = connection.prepareStatement(read)) {
      statement.setArray(1, connection.createArrayOf("uuid", ids.toArray()));
      try (ResultSet found = statement.executeQuery()) {
        while (found.next()) {
          FunnelRow row = row(found);
          rows.put(row.enrollmentId(), row);
        }
      }
    }
    return rows;
  }

  void write(Connection connection, Collection<FunnelRow> rows) throws SQLException {
    if (rows.isEmpty()) {
      return;
    }
    try (PreparedStatement statement = connection.prepareStatement(write)) {
      new Columns<>(statement, rows)
          .column("uuid", FunnelRow::enrollmentId)
          .column("text", FunnelRow::studyId)
          .column("text", FunnelRow::siteId)
          .column("text", row -> EnrollmentStates.inSql(row.state()))
          .column("text", row -> inSql(row.withdrawnFrom()))
          .column("timestamptz", FunnelRow::screenedAt)
          .column("timestamptz", FunnelRow::eligibleAt)
          .column("timestamptz", FunnelRow::requestedAt)
          .column("timestamptz", FunnelRow::accruedAt)
          .column("timestamptz", FunnelRow::leftAt)
          .column("bigint", FunnelRow::version)
          .write();
    }
  }

  private static FunnelRow row(ResultSet row) throws SQLException {
    return new FunnelRow(
        row.getString(1),
        row.getString(2),
        row.getString(3),
        EnrollmentStates.ofSql(row.getString(4)),
        ofSql(row.getString(5)),
        row.getObject(6, OffsetDateTime.class).toInstant(),
        time(row, 7),
        time(row, 8),
        time(row, 9),
        time(row, 10),
        row.getLong(11));
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
