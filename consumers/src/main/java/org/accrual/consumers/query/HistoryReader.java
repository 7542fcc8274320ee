package org.accrual.consumers.query;

import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import javax.sql.DataSource;
import org.accrual.api.query.v1.WatchEnrollmentResponse;
import org.accrual.consumers.database.QueryPool;
import org.accrual.consumers.projection.EnrollmentStates;
import org.accrual.contract.ConsistencyToken;

/** Reads {@code projection.enrollment_history}. */
@ApplicationScoped
class HistoryReader {
  private static final String SELECT =
      """
      select version, event_type, state, reason, recorded_at
        from projection.enrollment_history
       where enrollment_id = ? and version >= ?
       order by version limit ?
      """;

  private final DataSource database;

  @Inject
  HistoryReader(@QueryPool DataSource database) {
    this.database = database;
  }

  /** An enrollment's events from a version on, that one included, in order, at most that many. */
  List<WatchEnrollmentResponse> from(UUID enrollmentId, long version, int atMost) {
    try (Connection connection = database.getConnection();
        PreparedStatement statement = connection.prepareStatement(SELECT)) {
      statement.setObject(1, enrollmentId);
      statement.setLong(2, version);
      statement.setInt(3, atMost);
      List<WatchEnrollmentResponse> events = new ArrayList<>();
      try (ResultSet rows = statement.executeQuery()) {
        while (rows.next()) {
          events.add(event(enrollmentId, rows));
        }
      }
      return events;
    } catch (SQLException failure) {
      throw DatabaseErrors.of(failure);
    }
  }

  private static WatchEnrollmentResponse event(UUID enrollmentId, ResultSet row)
      throws SQLException {
    long version = row.getLong(1);
    WatchEnrollmentResponse.Builder event =
        WatchEnrollmentResponse.newBuilder()
            .setVersion(version)
            .setEventType(row.getString(2))
            .setState(EnrollmentStates.ofSql(row.getString(3)))
            .setTime(EnrollmentReader.timestamp(row.getObject(5, OffsetDateTime.class)))
            .setConsistencyToken(
                new ConsistencyToken("enrollment", enrollmentId.toString(), version).encoded());
    String reason = row.getString(4);
    if (reason != null) {
      event.setReason(reason);
    }
    return event.build();
  }
}
