package org.accrual.relay.process;

import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.Optional;
import java.util.Properties;
import org.accrual.relay.state.Backlog;
import org.accrual.relay.stream.outbox.Position;
import org.accrual.runtime.DatabaseSettings;
import org.jspecify.annotations.Nullable;

/**
 * The slot's row in {@code ops.relay}, and what the database knows of the slot. Used by one thread.
 */
public final class StatusTable implements AutoCloseable {
  private static final String UPDATE =
      """
      update ops.relay r
         set state = ?, instance = ?, reason = ?,
             checkpoint = case
               when n.checkpoint is null
                    or (r.system_identifier, r.timeline) = (c.system_identifier, c.timeline)
               then greatest(r.checkpoint, n.checkpoint) else n.checkpoint end,
             system_identifier =
               case when n.checkpoint is null then r.system_identifier else c.system_identifier end,
             timeline = case when n.checkpoint is null then r.timeline else c.timeline end,
             relayed_at = ?::timestamptz, last_id = coalesce(?::uuid, last_id), updated_at = clock_timestamp()
        from outbox.cluster() c, (select ?::pg_lsn as checkpoint) n
       where slot = ?
      """;

  private static final String RESET =
      """
      update ops.relay r
         set state = 'stopped', reason = null, checkpoint = n.checkpoint,
             system_identifier = c.system_identifier, timeline = c.timeline,
             last_id = case when n.checkpoint is not null
                            then (select id from outbox.message order by id desc limit 1) end,
             relayed_at = case when n.checkpoint is not null then clock_timestamp() end,
             updated_at = clock_timestamp()
        from outbox.cluster() c, (select ?::pg_lsn as checkpoint) n
       where slot = ?
      """;

  /** Counts by the ids, which grow with time; beyond the limit nobody needs to know. */
  private static final String LOOK =
      """
      select coalesce(pg_wal_lsn_diff(pg_current_wal_lsn(), s.restart_lsn), 0) as retained,
             greatest(pg_wal_lsn_diff(pg_current_wal_lsn(), ?::pg_lsn), 0) as lag,
             (select count(*) from (select from outbox.message where id > ?::uuid limit 100000) m)
               as events
        from (select 1) one left join pg_replication_slots s on s.slot_name = ?
      """;

  private static final String FIRST_ID = "00000000-0000-0000-0000-000000000000";

  /**
   * What the relay says of itself.
   *
   * @param lastId of the newest record relayed by this process; empty if none
   */
  public record Status(
      String state,
      String instance,
      Optional<String> reason,
      Position checkpoint,
      Instant relayedAt,
      Optional<String> lastId) {}

  private final DatabaseSettings database;
  private final String slot;
  private @Nullable Connection open;

  public StatusTable(DatabaseSettings database, String slot) {
    this.database = database;
    this.slot = slot;
  }

  /** Writes the one and reads the other, each within 10 s. */
  public Backlog report(Status status) throws SQLException {
    try {
      Connection connection = connection();
      update(connection, status);
      return look(connection, status);
    } catch (SQLException broken) {
      close();
      throw broken;
    }
  }

  /**
   * Replaces the checkpoint, which a recovery may set back.
   *
   * @param checkpoint empty while the recovery is at work, so that retention drops nothing
   */
  public void reset(Optional<Position> checkpoint) throws SQLException {
    try (PreparedStatement update = connection().prepareStatement(RESET)) {
      update.setString(1, checkpoint.map(known -> Position.text(known.lsn())).orElse(null));
      update.setString(2, slot);
      update.executeUpdate();
    }
  }

  private void update(Connection connection, Status status) throws SQLException {
    boolean known = !status.checkpoint().equals(Position.ZERO);
    try (PreparedStatement update = connection.prepareStatement(UPDATE)) {
      update.setString(1, status.state());
      update.setString(2, status.instance());
      update.setString(3, status.reason().orElse(null));
      update.setString(4, known ? status.relayedAt().toString() : null);
      update.setString(5, status.lastId().orElse(null));
      update.setString(6, known ? Position.text(status.checkpoint().lsn()) : null);
      update.setString(7, slot);
      if (update.executeUpdate() == 0) {
        throw new SQLException(
            "ops.relay has no row of slot '%s'; provision makes it".formatted(slot));
      }
    }
  }

  private Backlog look(Connection connection, Status status) throws SQLException {
    try (PreparedStatement look = connection.prepareStatement(LOOK)) {
      look.setString(1, Position.text(status.checkpoint().lsn()));
      look.setString(2, status.lastId().orElse(FIRST_ID));
      look.setString(3, slot);
      try (ResultSet row = look.executeQuery()) {
        row.next();
        return new Backlog(
            row.getLong("retained"),
            row.getLong("lag"),
            status.lastId().isPresent() ? row.getLong("events") : 0);
      }
    }
  }

  private Connection connection() throws SQLException {
    Connection connection = open;
    if (connection == null) {
      Properties properties = new Properties();
      properties.setProperty("user", database.user());
      properties.setProperty("password", database.password());
      properties.setProperty("ApplicationName", "accrual-relay-status");
      properties.setProperty("connectTimeout", "10");
      properties.setProperty("socketTimeout", "10");
      connection = DriverManager.getConnection(database.url(), properties);
      open = connection;
    }
    return connection;
  }

  @Override
  public void close() {
    Connection connection = open;
    open = null;
    if (connection != null) {
      try {
        connection.close();
      } catch (SQLException broken) {
        // It is of no more use either way.
      }
    }
  }
}
