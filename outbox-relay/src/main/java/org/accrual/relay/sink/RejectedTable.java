package org.accrual.relay.sink;

import java.nio.ByteBuffer;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.List;
import java.util.Properties;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.accrual.relay.outbox.OutboxRow;
import org.accrual.runtime.DatabaseSettings;

/**
 * {@code outbox.rejected}. A database that is away is a failure of the relay, whose next start
 * tries again.
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

  private final DatabaseSettings database;

  public RejectedTable(DatabaseSettings database) {
    this.database = database;
  }

  @Override
  public void keep(List<Rejection> rejections) {
    try (Connection connection = connect();
        PreparedStatement insert = connection.prepareStatement(INSERT)) {
      for (Rejection rejection : rejections) {
        bind(insert, rejection);
        insert.addBatch();
      }
      insert.executeBatch();
    } catch (SQLException away) {
      throw new IllegalStateException("outbox.rejected could not be written", away);
    }
    for (Rejection rejection : rejections) {
      LOG.log(
          Level.WARNING,
          "message {0} of type {1} was rejected; see outbox.rejected, mend and publish it anew",
          new Object[] {rejection.row().id(), rejection.row().type()});
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

  private Connection connect() throws SQLException {
    Properties properties = new Properties();
    properties.setProperty("user", database.user());
    properties.setProperty("password", database.password());
    properties.setProperty("ApplicationName", "accrual-relay-rejections");
    properties.setProperty("connectTimeout", "10");
    properties.setProperty("socketTimeout", "10");
    return DriverManager.getConnection(database.url(), properties);
  }
}
