package org.accrual.relay.process;

import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.Properties;
import org.accrual.relay.state.Backlog;
import org.accrual.relay.stream.outbox.Position;
import org.accrual.runtime.DatabaseSettings;
import org.jspecify.annotations.Nullable;

/**
 * Writes the slot's row in {@code ops.relay} and reads what the database knows of the slot. Used by
 * one thread.
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
             relayed_at = coalesce(?::timestamptz, r.relayed_at), last_id = coalesce(?::uuid, r.last_id), updated_at = clock_timestamp()
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

  private static final String REFUSE =
      """
      update ops.relay r
         set state = ?, instance = ?, reason = ?, updated_at = clock_timestamp()
       where r.slot = ?
         and not exists (select from pg_replication_slots s where s.slot_name = r.slot and s.active)
      """;

  // The slot of the relay's own connection was acquired before the silence began, that of another
  // owner after it.
  private static final String SERVED =
      """
      select exists (
        select from pg_replication_slots s join pg_stat_replication r on r.pid = s.active_pid
         where s.slot_name = ? and r.backend_start < clock_timestamp() - ? * interval '1 ms')
      """;

  /** Counts by the ids, which grow with time; beyond the limit nobody needs to know. */
  private static final String BACKLOG =
      """
      select coalesce(pg_wal_lsn_diff(pg_current_wal_lsn(), s.restart_lsn), 0) as retained,
             coalesce(greatest(pg_wal_lsn_diff(pg_current_wal_lsn(), ?::pg_lsn), 0), 0) as lag,
             (select count(*) from (select from outbox.message where id > ?::uuid limit 10000) m)
               as events
        from (select 1) one left join pg_replication_slots s on s.slot_name = ?
      """;

  private static final String FIRST_ID = "00000000-0000-0000-0000-000000000000";

  /**
   * What the relay reports of itself.
   *
   * @param reason why it refuses or waits; empty if it does neither
   * @param relayedAt when the database reached the checkpoint; empty if that is not known
   * @param lastId of the newest record relayed by this process; empty if none
   */
  public record Status(
      String state,
      String instance,
      Optional<String> reason,
      Position checkpoint,
      Optional<Instant> relayedAt,
      Optional<String> lastId) {

    private @Nullable String lsn() {
      return checkpoint.equals(Position.ZERO) ? null : Position.text(checkpoint.lsn());
    }
  }

  @FunctionalInterface
  private interface Work<T> {
    T on(Connection connection) throws SQLException;
  }

  private final DatabaseSettings database;
  private final String slot;
  private @Nullable Connection open;

  public StatusTable(DatabaseSettings database, String slot) {
    this.database = database;
    this.slot = slot;
  }

  /** Writes the row of the slot's owner. Takes at most 10 s. */
  public void write(Status status) throws SQLException {
    if (with(connection -> update(connection, status)) == 0) {
      throw new SQLException("ops.relay has no row of slot '%s'; run provision".formatted(slot));
    }
  }

  /**
   * Writes that a relay refuses, unless another relay streams from the slot. Takes at most 10 s.
   *
   * @return whether it was written
   */
  public boolean writeRefusal(Status status) throws SQLException {
    return with(connection -> refuse(connection, status)) > 0;
  }

  /** Returns how far the relay of that status is behind. Takes at most 10 s. */
  public Backlog backlog(Status status) throws SQLException {
    return with(connection -> backlog(connection, status));
  }

  /**
   * Returns whether the server still streams to a connection that is older than this. Takes at most
   * 10 s.
   */
  public boolean isServed(Duration since) throws SQLException {
    return with(
        connection -> {
          try (PreparedStatement query = connection.prepareStatement(SERVED)) {
            query.setString(1, slot);
            query.setLong(2, since.toMillis());
            try (ResultSet row = query.executeQuery()) {
              return row.next() && row.getBoolean(1);
            }
          }
        });
  }

  private <T> T with(Work<T> work) throws SQLException {
    try {
      return work.on(connection());
    } catch (SQLException e) {
      close();
      throw e;
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

  private int update(Connection connection, Status status) throws SQLException {
    try (PreparedStatement update = connection.prepareStatement(UPDATE)) {
      update.setString(1, status.state());
      update.setString(2, status.instance());
      update.setString(3, status.reason().orElse(null));
      update.setString(4, status.relayedAt().map(Instant::toString).orElse(null));
      update.setString(5, status.lastId().orElse(null));
      update.setString(6, status.lsn());
      update.setString(7, slot);
      return update.executeUpdate();
    }
  }

  private int refuse(Connection connection, Status status) throws SQLException {
    try (PreparedStatement update = connection.prepareStatement(REFUSE)) {
      update.setString(1, status.state());
      update.setString(2, status.instance());
      update.setString(3, status.reason().orElse(null));
      update.setString(4, slot);
      return update.executeUpdate();
    }
  }

  private Backlog backlog(Connection connection, Status status) throws SQLException {
    try (PreparedStatement query = connection.prepareStatement(BACKLOG)) {
      query.setString(1, status.lsn());
      query.setString(2, status.lastId().orElse(FIRST_ID));
      query.setString(3, slot);
      try (ResultSet row = query.executeQuery()) {
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
      } catch (SQLException e) {
        // It is of no more use either way.
      }
    }
  }
}
