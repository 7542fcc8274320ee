package org.accrual.relay.recovery;

import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.Properties;
import org.accrual.relay.stream.outbox.Position;
import org.accrual.runtime.DatabaseSettings;
import org.postgresql.PGConnection;

/**
 * A temporary slot, and the snapshot of everything that was committed before it: what the snapshot
 * does not show, the slot sends. {@link #replace} makes it the relay's slot; until then the old one
 * is untouched. Closing it releases the snapshot and drops the temporary slot.
 */
final class NewSlot implements AutoCloseable {
  /** How long to wait for transactions that are open or prepared. */
  private static final Duration PATIENCE = Duration.ofMinutes(15);

  private final DatabaseSettings database;
  private final Connection replication;
  private final String temporary;
  private final long consistentPoint;
  private final String snapshot;

  private NewSlot(
      DatabaseSettings database, Connection replication, String temporary, ResultSet made)
      throws SQLException {
    this.database = database;
    this.replication = replication;
    this.temporary = temporary;
    this.consistentPoint = Position.lsn(made.getString("consistent_point"));
    this.snapshot = made.getString("snapshot_name");
  }

  /**
   * Creates a temporary slot. Waits at most 15 min for transactions that are open or prepared now,
   * and reports them.
   *
   * @param name of the slot to replace later; another recovery of it cannot run at the same time
   */
  static NewSlot create(DatabaseSettings database, String name) throws SQLException {
    String temporary = "%.55s_recover".formatted(name);
    Connection replication = replication(database);
    try (Statement statement = replication.createStatement();
        SlotWait wait =
            new SlotWait(database, replication.unwrap(PGConnection.class).getBackendPID())) {
      statement.setQueryTimeout(Math.toIntExact(PATIENCE.toSeconds()));
      try (ResultSet made =
          statement.executeQuery(
              "CREATE_REPLICATION_SLOT \"%s\" TEMPORARY LOGICAL pgoutput (SNAPSHOT 'export')"
                  .formatted(temporary))) {
        made.next();
        return new NewSlot(database, replication, temporary, made);
      }
    } catch (SQLException e) {
      replication.close();
      throw e;
    }
  }

  /** Returns the position where the slot begins. */
  long consistentPoint() {
    return consistentPoint;
  }

  /** Returns the snapshot's name, for {@code set transaction snapshot}; valid until this closes. */
  String snapshot() {
    return snapshot;
  }

  /**
   * Drops the slot of that name, if there is one, and makes this one a slot of that name.
   *
   * @param failover whether the slot is synchronized to standbys
   */
  void replace(String name, boolean failover) throws SQLException {
    try (Connection connection =
        DriverManager.getConnection(database.url(), properties(database))) {
      call(
          connection,
          "select pg_drop_replication_slot(slot_name) from pg_replication_slots where slot_name = ?",
          name);
      call(connection, "select pg_copy_logical_replication_slot(?, ?, false)", temporary, name);
    }
    if (failover) {
      try (Connection connection = replication(database);
          Statement statement = connection.createStatement()) {
        statement.execute("ALTER_REPLICATION_SLOT \"%s\" (FAILOVER true)".formatted(name));
      }
    }
  }

  private static void call(Connection connection, String sql, String... names) throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(sql)) {
      for (int i = 0; i < names.length; i++) {
        statement.setString(i + 1, names[i]);
      }
      statement.execute();
    }
  }

  private static Connection replication(DatabaseSettings database) throws SQLException {
    Properties properties = properties(database);
    properties.setProperty("replication", "database");
    properties.setProperty("preferQueryMode", "simple");
    properties.setProperty("assumeMinServerVersion", "10");
    return DriverManager.getConnection(database.url(), properties);
  }

  private static Properties properties(DatabaseSettings database) {
    Properties properties = new Properties();
    properties.setProperty("user", database.user());
    properties.setProperty("password", database.password());
    properties.setProperty("ApplicationName", "accrual-relay-recover");
    properties.setProperty("connectTimeout", "10");
    properties.setProperty("tcpKeepAlive", "true");
    return properties;
  }

  @Override
  public void close() throws SQLException {
    replication.close();
  }
}
