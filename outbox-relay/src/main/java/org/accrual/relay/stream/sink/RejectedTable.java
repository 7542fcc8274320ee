package org.accrual.relay.stream.sink;

import java.nio.ByteBuffer;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.HashSet;
import java.util.List;
import java.util.Properties;
import java.util.Set;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.accrual.relay.stream.outbox.OutboxRow;
import org.accrual.runtime.DatabaseSettings;
import org.jspecify.annotations.Nullable;

/**
 * {@code outbox.rejected}, on a connection that stays open. A database that is away is a failure of
 * the relay, whose next start tries again.
 */
public final class RejectedTable implements Rejections {
  private static final Logger LOG = Logger.getLogger(RejectedTable.class.getName());
  private static final int LONGEST_ERROR = 4000;
  private static final String INSERT =
      """
      insert into outbox.rejected
        (id, aggregatetype, aggregateid, type, payload, headers, created_at, error)
      values (?::uuid, ?, ?, ?, ?, ?::jsonb, ?::timestamptz, ?)
      on conflict (id) do nothing
      """;
  private static final String KEPT =
      "select id::text from outbox.rejected where id = any (?::uuid[])";

  private final DatabaseSettings database;
  private @Nullable Connection open;

  @FunctionalInterface
  private interface Work<T> {
    T on(Connection connection) throws SQLException;
  }

  public RejectedTable(DatabaseSettings database) {
    this.database = database;
  }

  @Override
  public void keep(List<Rejection> rejections) {
    int[] _ =
        with(
            connection -> {
              try (PreparedStatement insert = connection.prepareStatement(INSERT)) {
                for (Rejection rejection : rejections) {
                  bind(insert, rejection);
                  insert.addBatch();
                }
                return insert.executeBatch();
              }
            });
    for (Rejection rejection : rejections) {
      LOG.log(
          Level.WARNING,
          "rejected message {0} of type {1}: {2}; see outbox.rejected, fix the cause and publish it"
              + " anew",
          new Object[] {rejection.row().id(), rejection.row().type(), rejection.error()});
    }
  }

  private static void bind(PreparedStatement insert, Rejection rejection) throws SQLException {
    OutboxRow row = rejection.row();
    ByteBuffer payload = row.payload().duplicate();
    byte[] bytes = new byte[payload.remaining()];
    payload.get(bytes);
    String error = rejection.error();
    insert.setString(1, row.id());
    insert.setString(2, row.aggregateType());
    insert.setString(3, row.aggregateId());
    insert.setString(4, row.type());
    insert.setBytes(5, bytes);
    insert.setString(6, row.headers());
    insert.setString(7, row.createdAt());
    insert.setString(8, error.substring(0, Math.min(error.length(), LONGEST_ERROR)));
  }

  @Override
  public Set<String> keptOf(List<String> ids) {
    if (ids.isEmpty()) {
      return Set.of();
    }
    return with(
        connection -> {
          try (PreparedStatement query = connection.prepareStatement(KEPT)) {
            query.setArray(1, connection.createArrayOf("text", ids.toArray()));
            Set<String> kept = new HashSet<>();
            try (ResultSet row = query.executeQuery()) {
              while (row.next()) {
                kept.add(row.getString(1));
              }
            }
            return kept;
          }
        });
  }

  /** Repeats the work once: a connection that was open may have been cut meanwhile. */
  private <T> T with(Work<T> work) {
    Connection before = open;
    if (before != null) {
      try {
        return work.on(before);
      } catch (SQLException e) {
        LOG.log(Level.FINE, "the connection for outbox.rejected is opened again", e);
        close();
      }
    }
    try {
      Connection connection = connect();
      open = connection;
      return work.on(connection);
    } catch (SQLException e) {
      throw new IllegalStateException("outbox.rejected cannot be read or written", e);
    }
  }

  private Connection connect() throws SQLException {
    Properties properties = new Properties();
    properties.setProperty("user", database.user());
    properties.setProperty("password", database.password());
    properties.setProperty("ApplicationName", "accrual-relay-rejections");
    properties.setProperty("connectTimeout", "10");
    properties.setProperty("socketTimeout", "10");
    properties.setProperty("tcpKeepAlive", "true");
    return DriverManager.getConnection(database.url(), properties);
  }

  @Override
  public void close() {
    try (Connection connection = open) {
      open = null;
    } catch (SQLException e) {
      LOG.log(Level.FINE, "the connection for outbox.rejected did not close in order", e);
    }
  }
}
