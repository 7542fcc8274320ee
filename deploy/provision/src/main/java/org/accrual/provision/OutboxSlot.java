package org.accrual.provision;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import org.accrual.runtime.DatabaseSettings;

/**
 * Creates the relay's replication slot. It is created once, before the first message: a slot
 * created later would begin after messages that no relay has published.
 */
public final class OutboxSlot {
  /** Name of the slot that the relay reads unless configured otherwise. */
  public static final String NAME = "accrual_outbox";

  private static final String PLUGIN = "pgoutput";
  private static final String INSUFFICIENT_PRIVILEGE = "42501";

  private static final String STRANGE =
      """
      select format('WARNING: ops.relay has slot %s, which does not exist: no partition of the outbox is dropped as'
                    ' long as it has. If no relay uses that slot: delete from ops.relay where slot = %L',
                    r.slot, r.slot) as line
        from ops.relay r
       where r.slot <> ? and not exists (select from pg_replication_slots s where s.slot_name = r.slot)
      union all
      select format('WARNING: slot %s is inactive and not in ops.relay: it keeps WAL until the disk is full. If nobody'
                    ' uses it: select pg_drop_replication_slot(%L)', s.slot_name, s.slot_name)
        from pg_replication_slots s
       where s.plugin = 'pgoutput' and s.database = current_database() and not s.active and not s.temporary
         and not exists (select from ops.relay r where r.slot = s.slot_name)
       order by 1
      """;

  private final Connection connection;
  private final String name;

  private OutboxSlot(Connection connection, String name) {
    this.connection = connection;
    this.name = name;
  }

  /**
   * Creates the slot in a new installation, and its row in {@code ops.relay}. An owner without
   * REPLICATION creates it as accrual_relay, or not at all if that role has none either: the outbox
   * then keeps the messages.
   *
   * @param name of the slot, which the relay has as {@code accrual.relay.slot}
   * @param failover whether a slot that is created now is synchronized to standbys
   * @return one line about it, and warnings about slots and rows that do not belong together
   * @throws ProvisionRefused if the slot is unusable, or missing although there have been messages
   */
  public static List<String> ensure(DatabaseSettings settings, String name, boolean failover) {
    try (Connection connection = Database.connect(settings)) {
      return new OutboxSlot(connection, name).ensure(failover);
    } catch (SQLException e) {
      throw new ProvisionRefused("slot %s: %s".formatted(name, e.getMessage()), e);
    }
  }

  private List<String> ensure(boolean failover) throws SQLException {
    boolean exists = exists();
    // The relay and its recover may update the row but not create it.
    call("insert into ops.relay (slot) values (?) on conflict do nothing");
    List<String> lines = new ArrayList<>();
    lines.add(exists ? "slot: %s is there".formatted(name) : create(failover));
    try (PreparedStatement query = connection.prepareStatement(STRANGE)) {
      query.setString(1, name);
      ResultSet row = query.executeQuery();
      while (row.next()) {
        lines.add("slot: " + row.getString("line"));
      }
    }
    return lines;
  }

  private boolean exists() throws SQLException {
    String sql =
        """
        select plugin, database, database = current_database() as ours, wal_status, invalidation_reason
          from pg_replication_slots where slot_name = ?\
        """;
    try (PreparedStatement query = connection.prepareStatement(sql)) {
      query.setString(1, name);
      ResultSet slot = query.executeQuery();
      if (!slot.next()) {
        return false;
      }
      if (!PLUGIN.equals(slot.getString("plugin")) || !slot.getBoolean("ours")) {
        throw new ProvisionRefused(
            "slot %s is one of plugin %s in database %s, not ours: drop or rename it, then provision again"
                .formatted(name, slot.getString("plugin"), slot.getString("database")));
      }
      if ("lost".equals(slot.getString("wal_status"))) {
        throw new RecoveryNeededException(
            "slot %s was invalidated (%s): messages may be missing on the topics. Run the relay's recover"
                .formatted(name, slot.getString("invalidation_reason")));
      }
      return true;
    }
  }

  private String create(boolean failover) throws SQLException {
    refuseIfMessages();
    try {
      if (!created(failover)) {
        return "slot: %s not made, since this user may not use replication slots. Give the roles their rights, then provision again"
            .formatted(name);
      }
      // Messages that were committed while the slot was being created may lie before it.
      refuseIfMessages();
      return "slot: %s made".formatted(name);
    } catch (RecoveryNeededException e) {
      call("select pg_drop_replication_slot(?)");
      throw e;
    } finally {
      setRole("none");
    }
  }

  /** Returns false if neither this user nor accrual_relay may create a slot. */
  private boolean created(boolean failover) throws SQLException {
    for (String role : List.of("none", "accrual_relay")) {
      try {
        setRole(role);
        call(
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

  private void setRole(String role) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      statement.execute("set role " + role);
    }
  }

  private void refuseIfMessages() throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet answer = statement.executeQuery("select exists (select from outbox.message)")) {
      answer.next();
      if (answer.getBoolean(1)) {
        throw new RecoveryNeededException(
            "slot %s is missing although the outbox holds messages: some may not be on the topics. Run the relay's recover"
                .formatted(name));
      }
    }
  }

  private void call(String sql) throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(sql)) {
      statement.setString(1, name);
      statement.execute();
    }
  }
}
