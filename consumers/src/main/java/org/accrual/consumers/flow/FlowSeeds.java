package org.accrual.consumers.flow;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;

/** Finds conversations. Each search is bounded: beyond it nobody reads a list. */
final class FlowSeeds {
  static final int MOST = 1000;

  private static final String UUID_PATTERN = "'^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$'";

  /** Newest first. An enrollment is known of those whose dead letter or mail is one's. */
  private static final String TROUBLED =
      """
      select correlation_id, max(enrollment_id::text) from (
        select l.correlation_id,
               case when l.topic = 'accrual.enrollment.events' and l.key ~ %s then l.key end as enrollment_id,
               l.parked_at as since
          from deadletter.letter l where l.state = 'parked'
        union all
        select n.correlation_id, n.enrollment_id::text, n.updated_at from notification.message n
         where n.state in ('in-doubt', 'refused')
        union all
        select s.correlation_id, s.enrollment_id::text, s.due_at from enrollment.saga s
         where s.due_at < now() - interval '30 s') t
       where correlation_id <> '-'
       group by correlation_id order by max(since) desc, correlation_id limit %d
      """
          .formatted(UUID_PATTERN, MOST);

  private static final String RUNNING =
      "select correlation_id, enrollment_id::text from enrollment.saga order by started_at desc, correlation_id limit "
          + MOST;

  /** By the operation's id, which grows with time. The column, not its text, has the index. */
  private static final String ENDED =
      """
      select o.correlation_id, o.enrollment_id::text, o.operation_id::text from enrollment.operation o
       where o.done and o.operation_id < ? and (? = '' or o.stage = ?)
       order by o.operation_id desc limit ?
      """;

  private static final String OF_ENROLLMENT =
      """
      select metadata ->> 'ce_correlationid', stream_id from enrollment.event
       where stream_type = 'enrollment' and stream_id = ?
       group by 1, 2 order by min(version) desc limit %d
      """
          .formatted(MOST);

  private static final String OF_PATIENT =
      """
      select e.metadata ->> 'ce_correlationid', e.stream_id
        from enrollment.attempt a
        join enrollment.event e on e.stream_type = 'enrollment' and e.stream_id = a.enrollment_id::text
       where a.study_id in (select study_id from enrollment.study_head) and a.patient_id = ?
       group by 1, 2 order by max(e.recorded_at) desc limit %d
      """
          .formatted(MOST);

  /** Which enrollment it is about, by what has been noted or waits in the outbox. */
  private static final String OF_CORRELATION =
      """
      select ?, (select f.key from ops.flow f
                  where f.correlation_id = ? and f.topic = 'accrual.enrollment.events' and f.key ~ %s limit 1)
      """
          .formatted(UUID_PATTERN);

  private static final UUID LAST = UUID.fromString("ffffffff-ffff-ffff-ffff-ffffffffffff");

  private FlowSeeds() {}

  /** An ended operation's conversation. */
  record Ended(Seed seed, String operationId) {}

  static List<Seed> troubled(Connection connection) throws SQLException {
    return seeds(connection, TROUBLED);
  }

  static List<Seed> running(Connection connection) throws SQLException {
    return seeds(connection, RUNNING);
  }

  static List<Seed> ofEnrollment(Connection connection, String id) throws SQLException {
    return seeds(connection, OF_ENROLLMENT, id);
  }

  static List<Seed> ofPatient(Connection connection, String id) throws SQLException {
    return seeds(connection, OF_PATIENT, id);
  }

  static List<Seed> ofCorrelation(Connection connection, String id) throws SQLException {
    return seeds(connection, OF_CORRELATION, id, id);
  }

  /**
   * Conversations whose saga has ended, newest first.
   *
   * @param behind an operation's id; empty for the beginning
   * @param stage confirmed or rejected; empty for both
   */
  static List<Ended> ended(Connection connection, String behind, String stage, int atMost)
      throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(ENDED)) {
      statement.setObject(1, behind.isEmpty() ? LAST : UUID.fromString(behind));
      statement.setString(2, stage);
      statement.setString(3, stage);
      statement.setInt(4, atMost);
      List<Ended> found = new ArrayList<>();
      try (ResultSet rows = statement.executeQuery()) {
        while (rows.next()) {
          found.add(new Ended(new Seed(rows.getString(1), rows.getString(2)), rows.getString(3)));
        }
      }
      return found;
    }
  }

  private static List<Seed> seeds(Connection connection, String sql, String... parameters)
      throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(sql)) {
      for (int i = 0; i < parameters.length; i++) {
        statement.setString(i + 1, parameters[i]);
      }
      List<Seed> seeds = new ArrayList<>();
      try (ResultSet rows = statement.executeQuery()) {
        while (rows.next()) {
          seeds.add(new Seed(rows.getString(1), rows.getString(2)));
        }
      }
      return seeds;
    }
  }
}
