package org.accrual.provision;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import org.accrual.runtime.DatabaseSettings;

/**
 * The relay's place in the WAL. It is made once, before the first message: a slot made later would
 * begin after messages that no relay has seen.
 */
public final class OutboxSlot {
  /** Name of the slot that the relay reads unless configured otherwise. */
  public static final String NAME = "accrual_outbox";

  private static final String PLUGIN = "pgoutput";
  private static final String INSUFFICIENT_PRIVILEGE = "42501";

  private OutboxSlot() {}

  /**
   * Creates the slot on a first install. An owner without REPLICATION creates it as accrual_relay,
   * or not at all if that role has none either: the outbox then keeps the messages.
   *
   * @return one line about it
   * @param failover whether a slot made now is synchronized to standbys (PostgreSQL 17 and later)
   * @throws ProvisionRefused if it is unusable, or missing although there have been messages
   */
  public static String ensure(DatabaseSettings settings, boolean failover) {
    try (Connection connection = Database.connect(settings)) {
      String line =
          exists(connection) ? "slot: %s is there".formatted(NAME) : create(connection, failover);
      // The relay may update its status but not make it.
      call(connection, "insert into ops.relay (slot) values (?) on conflict do nothing");
      return line;
    } catch (SQLException failed) {
      throw new ProvisionRefused("slot %s: %s".formatted(NAME, failed.getMessage()), failed);
    }
  }

  private static boolean exists(Connection connection) throws SQLException {
    String sql =
        """
        select plugin, database, database = current_database() as ours, wal_status, invalidation_reason
          from pg_replication_slots where slot_name = ?\
        """;
    try (PreparedStatement query = connection.prepareStatement(sql)) {
      query.setString(1, NAME);
      ResultSet slot = query.executeQuery();
      if (!slot.next()) {
        return false;
      }
      if (!PLUGIN.equals(slot.getString("plugin")) || !slot.getBoolean("ours")) {
        throw new ProvisionRefused(
            "slot %s is one of plugin %s in database %s, not ours: drop or rename it, then provision again"
                .formatted(NAME, slot.getString("plugin"), slot.getString("database")));
      }
      if ("lost".equals(slot.getString("wal_status"))) {
        throw new ProvisionRefused(
            "slot %s was invalidated (%s): messages may be missing on the topics. Run the relay's recover"
                .formatted(NAME, slot.getString("invalidation_reason")));
      }
      return true;
    }
  }

  private static String create(Connection connection, boolean failover) throws SQLException {
    refuseIfMessages(connection);
    try {
      if (!created(connection, failover)) {
        return "slot: %s not made, since this user may not use replication slots. Give the roles their rights, then provision again"
            .formatted(NAME);
      }
      // What was committed while the slot was being made may lie before it.
      refuseIfMessages(connection);
      return "slot: %s made".formatted(NAME);
    } catch (ProvisionRefused refused) {
      call(connection, "select pg_drop_replication_slot(?)");
      throw refused;
    } finally {
      setRole(connection, "none");
    }
  }

  private static boolean created(Connection connection, boolean failover) throws SQLException {
    for (String role : List.of("none", "accrual_relay")) {
      try {
        setRole(connection, role);
        call(
            connection,
            "select pg_create_logical_replication_slot(?, 'pgoutput', failover => %s)"
                .formatted(failover));
        return true;
      } catch (SQLException e) {
        if (!INSUFFICIENT_PRIVILEGE.equals(e.getSQLState())) {
          throw e;
        }
      }
    }
    return false;
  }

  private static void setRole(Connection connection, String role) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      statement.execute("set role " + role);
    }
  }

  private static void refuseIfMessages(Connection connection) throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet answer = statement.executeQuery("select exists (select from outbox.message)")) {
      answer.next();
      if (answer.getBoolean(1)) {
        throw new ProvisionRefused(
            "slot %s is missing although the outbox holds messages: some may not be on the topics. Run the relay's recover"
                .formatted(NAME));
      }
    }
  }

  private static void call(Connection connection, String sql) throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(sql)) {
      statement.setString(1, NAME);
      statement.execute();
    }
  }
}
