package org.accrual.consumers.query;

import com.google.protobuf.Timestamp;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.UUID;
import javax.sql.DataSource;
import org.accrual.api.query.v1.ActorBasis;
import org.accrual.api.query.v1.AuditEntry;
import org.accrual.consumers.database.QueryPool;

/** Reads {@code audit.entry}. */
@ApplicationScoped
class AuditReader {
  private static final String COLUMNS =
      """
      select study_id, position, event_id, topic, key, version, type, enrollment_id, actor,
             recorded_at, happened_at, reason, correlation_id, content, hash, causation_id
        from audit.entry
      """;
  private static final String HEAD =
      """
      select position || ':' || encode(hash, 'hex') from audit.entry
       where study_id = ? order by position desc limit 1
      """;

  private final DataSource database;

  @Inject
  AuditReader(@QueryPool DataSource database) {
    this.database = database;
  }

  /**
   * At most that many, first to last, from behind a position.
   *
   * @param enrollmentId empty for all
   */
  List<AuditEntry> list(String studyId, String enrollmentId, long after, int atMost) {
    String filter = enrollmentId.isEmpty() ? "" : " and enrollment_id = ?";
    try (Connection connection = database.getConnection();
        PreparedStatement statement =
            connection.prepareStatement(
                COLUMNS
                    + " where study_id = ? and position > ?"
                    + filter
                    + " order by position limit "
                    + atMost)) {
      statement.setString(1, studyId);
      statement.setLong(2, after);
      if (!enrollmentId.isEmpty()) {
        statement.setObject(3, UUID.fromString(enrollmentId));
      }
      List<AuditEntry> entries = new ArrayList<>();
      try (ResultSet rows = statement.executeQuery()) {
        while (rows.next()) {
          entries.add(entry(rows));
        }
      }
      return entries;
    } catch (SQLException failure) {
      throw DatabaseErrors.of(failure);
    }
  }

  /** The newest entry as a head; empty if the study has none. */
  String head(String studyId) {
    try (Connection connection = database.getConnection();
        PreparedStatement statement = connection.prepareStatement(HEAD)) {
      statement.setString(1, studyId);
      try (ResultSet row = statement.executeQuery()) {
        return row.next() ? row.getString(1) : "";
      }
    } catch (SQLException failure) {
      throw DatabaseErrors.of(failure);
    }
  }

  private static AuditEntry entry(ResultSet row) throws SQLException {
    String enrollmentId = row.getString(8);
    return AuditEntry.newBuilder()
        .setStudyId(row.getString(1))
        .setPosition(row.getLong(2))
        .setEventId(row.getString(3))
        .setTopic(row.getString(4))
        .setStreamId(row.getString(5))
        .setVersion(row.getLong(6))
        .setType(row.getString(7))
        .setEnrollmentId(enrollmentId == null ? "" : enrollmentId)
        .setActor(row.getString(9))
        .setActorBasis(ActorBasis.ACTOR_BASIS_ASSERTED)
        .setRecordTime(time(row, 10))
        .setHappenTime(time(row, 11))
        .setReason(row.getString(12))
        .setCorrelationId(row.getString(13))
        .setCausationId(row.getString(16))
        .setContent(row.getString(14))
        .setHash(HexFormat.of().formatHex(row.getBytes(15)))
        .build();
  }

  private static Timestamp time(ResultSet row, int column) throws SQLException {
    OffsetDateTime time = row.getObject(column, OffsetDateTime.class);
    return Timestamp.newBuilder().setSeconds(time.toEpochSecond()).setNanos(time.getNano()).build();
  }
}
