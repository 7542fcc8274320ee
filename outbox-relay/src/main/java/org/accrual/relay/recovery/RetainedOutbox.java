package org.accrual.relay.recovery;

import java.nio.ByteBuffer;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Instant;
import java.util.HashSet;
import java.util.Optional;
import java.util.Properties;
import java.util.Set;
import java.util.UUID;
import java.util.function.Consumer;
import org.accrual.relay.stream.outbox.OutboxRow;
import org.accrual.relay.stream.outbox.Position;
import org.accrual.runtime.DatabaseSettings;

/**
 * All records that the outbox still holds and that were not set aside, as of one snapshot, in one
 * read-only transaction. Rows are streamed, however many there are.
 */
public final class RetainedOutbox implements AutoCloseable {
  private static final int FETCH = 5_000;
  private static final String NOT_REJECTED =
      "from outbox.message m where not exists (select from outbox.rejected r where r.id = m.id)";

  /**
   * In the order of each key: by the event store's number where there is one, else by the time of
   * writing, which is the order of commits for writers that take turns on a key.
   */
  private static final String IN_ORDER =
      """
      select id, aggregatetype, aggregateid, type, payload, headers::text as headers,
             to_char(created_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') as created_at
        %s
       order by aggregatetype, aggregateid,
                case when headers ->> 'ce_sequence' ~ '^\\d{1,18}$'
                     then (headers ->> 'ce_sequence')::bigint end nulls last,
                m.created_at, m.tableoid, m.ctid
      """
          .formatted(NOT_REJECTED);

  /** Takes a row. */
  @FunctionalInterface
  public interface Rows {
    void accept(OutboxRow row) throws InterruptedException;
  }

  private final Connection connection;

  private RetainedOutbox(Connection connection) {
    this.connection = connection;
  }

  /** As of now. */
  public static RetainedOutbox now(DatabaseSettings database) throws SQLException {
    return open(database, Optional.empty());
  }

  /** As of an exported snapshot. */
  public static RetainedOutbox asOf(DatabaseSettings database, String snapshot)
      throws SQLException {
    return open(database, Optional.of(snapshot));
  }

  private static RetainedOutbox open(DatabaseSettings database, Optional<String> snapshot)
      throws SQLException {
    Properties properties = new Properties();
    properties.setProperty("user", database.user());
    properties.setProperty("password", database.password());
    properties.setProperty("ApplicationName", "accrual-relay-reconcile");
    properties.setProperty("connectTimeout", "10");
    Connection connection = DriverManager.getConnection(database.url(), properties);
    try (Statement statement = connection.createStatement()) {
      connection.setAutoCommit(false);
      statement.execute("set transaction isolation level repeatable read, read only");
      if (snapshot.isPresent()) {
        statement.execute("set transaction snapshot " + statement.enquoteLiteral(snapshot.get()));
      }
      return new RetainedOutbox(connection);
    } catch (SQLException failed) {
      connection.close();
      throw failed;
    }
  }

  /** A place in the WAL under which everything was committed that this shows. */
  public long end() throws SQLException {
    try (Statement statement = connection.createStatement()) {
      // The snapshot is taken by the first query, so the place is asked for by a later one.
      statement.execute("select from outbox.message limit 1");
      try (ResultSet row = statement.executeQuery("select pg_current_wal_insert_lsn()::text")) {
        row.next();
        return Position.lsn(row.getString(1));
      }
    }
  }

  public Set<String> aggregateTypes() throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet row = statement.executeQuery("select distinct aggregatetype " + NOT_REJECTED)) {
      Set<String> types = new HashSet<>();
      while (row.next()) {
        types.add(row.getString(1));
      }
      return types;
    }
  }

  /** When the oldest was written; empty if there is none. */
  public Optional<Instant> oldest() throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet row =
            statement.executeQuery(
                "select floor(extract(epoch from min(created_at)))::bigint from outbox.message")) {
      row.next();
      long seconds = row.getLong(1);
      return row.wasNull() ? Optional.empty() : Optional.of(Instant.ofEpochSecond(seconds));
    }
  }

  public void ids(Consumer<UUID> ids) throws SQLException {
    try (PreparedStatement query = connection.prepareStatement("select id " + NOT_REJECTED)) {
      query.setFetchSize(FETCH);
      try (ResultSet row = query.executeQuery()) {
        while (row.next()) {
          ids.accept(row.getObject(1, UUID.class));
        }
      }
    }
  }

  /** Each row, those of a key in their order. */
  public void inOrder(Rows rows) throws SQLException, InterruptedException {
    try (PreparedStatement query = connection.prepareStatement(IN_ORDER)) {
      query.setFetchSize(FETCH);
      try (ResultSet row = query.executeQuery()) {
        while (row.next()) {
          rows.accept(
              new OutboxRow(
                  row.getString("id"),
                  row.getString("aggregatetype"),
                  row.getString("aggregateid"),
                  row.getString("type"),
                  ByteBuffer.wrap(row.getBytes("payload")),
                  row.getString("headers"),
                  row.getString("created_at")));
        }
      }
    }
  }

  @Override
  public void close() throws SQLException {
    connection.close();
  }
}
