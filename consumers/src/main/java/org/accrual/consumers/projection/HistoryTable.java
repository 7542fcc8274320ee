package org.accrual.consumers.projection;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.Collection;
import org.accrual.consumers.database.Columns;

/** {@code projection.enrollment_history}: one statement writes a batch's rows. */
final class HistoryTable {
  private final String write;

  /**
   * @param schema of which version of the projection
   */
  HistoryTable(String schema) {
    write =
        """
        insert into %s.enrollment_history
               (enrollment_id, version, event_type, state, reason, recorded_at)
        select * from unnest(?, ?, ?, ?, ?, ?)
        """
            .formatted(schema);
  }

  void write(Connection connection, Collection<HistoryRow> rows) throws SQLException {
    if (rows.isEmpty()) {
      return;
    }
    try (PreparedStatement statement = connection.prepareStatement(write)) {
      new Columns<>(statement, rows)
          .column("uuid", HistoryRow::enrollmentId)
          .column("bigint", HistoryRow::version)
          .column("text", HistoryRow::eventType)
          .column("text", row -> EnrollmentStates.inSql(row.state()))
          .column("text", HistoryRow::reason)
          .column("timestamptz", HistoryRow::recordedAt)
          .write();
    }
  }
}
