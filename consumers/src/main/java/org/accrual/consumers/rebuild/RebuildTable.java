package org.accrual.consumers.rebuild;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/** {@code ops.rebuild} and the functions around it. */
final class RebuildTable {
  private static final String SELECT =
      """
      select rebuild_id, projection, source, state, asked_by, asked_at, events_total, events_done, trouble, finished_at
        from ops.rebuild
      """;

  private RebuildTable() {}

  static List<Rebuild> underWay(Connection connection) throws SQLException {
    return select(connection, " where state = 'filling' order by asked_at");
  }

  static Optional<Rebuild> find(Connection connection, UUID id) throws SQLException {
    return select(connection, " where rebuild_id = ?", id).stream().findFirst();
  }

  static Optional<Rebuild> byRequest(Connection connection, String requestId) throws SQLException {
    return select(connection, " where request_id = ?", requestId).stream().findFirst();
  }

  /** The last of each projection. */
  static List<Rebuild> latest(Connection connection) throws SQLException {
    return select(
        connection,
        """
         r where not exists (select from ops.rebuild x
                              where x.projection = r.projection and x.asked_at > r.asked_at)
        """);
  }

  static UUID start(
      Connection connection, String projection, String source, String who, String requestId)
      throws SQLException {
    try (PreparedStatement statement =
        connection.prepareStatement("select ops.start_rebuild(?, ?, ?, nullif(?, ''))")) {
      statement.setString(1, projection);
      statement.setString(2, source);
      statement.setString(3, who);
      statement.setString(4, requestId);
      try (ResultSet made = statement.executeQuery()) {
        made.next();
        return made.getObject(1, UUID.class);
      }
    }
  }

  static boolean cancel(Connection connection, UUID id) throws SQLException {
    return ask(connection, "select ops.cancel_rebuild(?)", id);
  }

  /** Whether the new version has taken the serving one's place. */
  static boolean switchVersion(Connection connection, UUID id) throws SQLException {
    return ask(connection, "select ops.switch_version(?)", id);
  }

  static void trouble(Connection connection, UUID id, String trouble) throws SQLException {
    try (PreparedStatement statement =
        connection.prepareStatement(
            "update ops.rebuild set trouble = ? where rebuild_id = ? and state = 'filling'"
                + " and trouble <> ?")) {
      statement.setString(1, trouble);
      statement.setObject(2, id);
      statement.setString(3, trouble);
      statement.executeUpdate();
    }
  }

  private static boolean ask(Connection connection, String sql, UUID id) throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(sql)) {
      statement.setObject(1, id);
      try (ResultSet answer = statement.executeQuery()) {
        answer.next();
        return answer.getBoolean(1);
      }
    }
  }

  private static List<Rebuild> select(Connection connection, String rest, Object... values)
      throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(SELECT + rest)) {
      for (int i = 0; i < values.length; i++) {
        statement.setObject(i + 1, values[i]);
      }
      List<Rebuild> found = new ArrayList<>();
      try (ResultSet row = statement.executeQuery()) {
        while (row.next()) {
          found.add(
              new Rebuild(
                  row.getObject(1, UUID.class),
                  row.getString(2),
                  row.getString(3),
                  row.getString(4),
                  row.getString(5),
                  row.getObject(6, OffsetDateTime.class),
                  row.getLong(7),
                  row.getLong(8),
                  row.getString(9),
                  row.getObject(10, OffsetDateTime.class)));
        }
      }
      return found;
    }
  }
}
