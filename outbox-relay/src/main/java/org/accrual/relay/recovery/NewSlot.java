package org.accrual.relay.recovery;

import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Properties;
import org.accrual.relay.stream.outbox.Position;
import org.accrual.runtime.DatabaseSettings;

/**
 * A slot just made, and the snapshot of what was committed before it: what the snapshot does not
 * show, the slot will tell. Closing it lets go of the snapshot; the slot stays.
 */
public final class NewSlot implements AutoCloseable {
  private final Connection replication;
  private final long consistentPoint;
  private final String snapshot;

  private NewSlot(Connection replication, long consistentPoint, String snapshot) {
    this.replication = replication;
    this.consistentPoint = consistentPoint;
    this.snapshot = snapshot;
  }

  /**
   * Drops the slot of that name, if there is one, and makes it anew. Waits for transactions that
   * are open now.
   *
   * @param failover whether the slot is synchronized to standbys (PostgreSQL 17 and later)
   */
  public static NewSlot inPlaceOf(DatabaseSettings database, String name, boolean failover)
      throws SQLException {
    drop(database, name);
    Properties properties = credentials(database);
    properties.setProperty("replication", "database");
    properties.setProperty("preferQueryMode", "simple");
    properties.setProperty("assumeMinServerVersion", "10");
    Connection replication = DriverManager.getConnection(database.url(), properties);
    try (Statement statement = replication.createStatement();
        ResultSet made =
            statement.executeQuery(
                "CREATE_REPLICATION_SLOT \"%s\" LOGICAL pgoutput (SNAPSHOT 'export'%s)"
                    .formatted(name, failover ? ", FAILOVER true" : ""))) {
      made.next();
      return new NewSlot(
          replication,
          Position.lsn(made.getString("consistent_point")),
          made.getString("snapshot_name"));
    } catch (SQLException failed) {
      replication.close();
      throw failed;
    }
  }

  private static void drop(DatabaseSettings database, String name) throws SQLException {
    try (Connection connection =
            DriverManager.getConnection(database.url(), credentials(database));
        PreparedStatement drop =
            connection.prepareStatement(
                "select pg_drop_replication_slot(slot_name) from pg_replication_slots"
                    + " where slot_name = ?")) {
      drop.setString(1, name);
      drop.execute();
    }
  }

  private static Properties credentials(DatabaseSettings database) {
    Properties properties = new Properties();
    properties.setProperty("user", database.user());
    properties.setProperty("password", database.password());
    properties.setProperty("ApplicationName", "accrual-relay-recover");
    properties.setProperty("connectTimeout", "10");
    return properties;
  }

  /** Where the slot begins. */
  public long consistentPoint() {
    return consistentPoint;
  }

  /** Its name, for {@code set transaction snapshot}; lives as long as this. */
  public String snapshot() {
    return snapshot;
  }

  @Override
  public void close() throws SQLException {
    replication.close();
  }
}
