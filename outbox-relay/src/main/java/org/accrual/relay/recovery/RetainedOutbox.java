package org.accrual.relay.recovery;

import java.nio.ByteBuffer;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import org.accrual.relay.stream.outbox.OutboxRow;
import org.accrual.relay.stream.outbox.Position;
import org.accrual.runtime.DatabaseSettings;

/**
 * The rows that the outbox still has and that were not rejected, as of one snapshot, in one
 * read-only transaction. While it is open, no partition is dropped. The ids of the published
 * records are in a temporary table of the same session, so that PostgreSQL compares and sorts:
 * memory here does not depend on how many rows are retained.
 */
final class RetainedOutbox implements AutoCloseable {
  /** Rows have at most 1 MB each. */
  private static final int FETCH_ROWS = 50;

  /**
   * In the order of each key: by the event store's number where there is one, else by the time of
   * writing. That is the order of commits for writers that take turns on a key, and only theirs.
   */
  private static final String MISSING =
      """
      select id, aggregatetype, aggregateid, type, payload, headers::text as headers,
             to_char(created_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') as created_at
        from outbox.message m
       where not exists (select from outbox.rejected r where r.id = m.id)
         and not exists (select from published_record p where p.id = m.id)
       order by aggregatetype, aggregateid,
                case when headers ->> 'ce_sequence' ~ '^\\d{1,18}$'
                     then (headers ->> 'ce_sequence')::bigint end nulls last,
                m.created_at, m.id
      """;

  /** Takes a row. */
  @FunctionalInterface
  interface Rows {
    void accept(OutboxRow row) throws InterruptedException;
  }

  private final Connection connection;

  private RetainedOutbox(Connection connection) {
    this.connection = connection;
  }

  /** Opens the outbox as of now. */
  static RetainedOutbox now(DatabaseSettings database) throws SQLException {
    return open(database, Optional.empty());
  }

  /** Opens the outbox as of an exported snapshot. */
  static RetainedOutbox asOf(DatabaseSettings database, String snapshot) throws SQLException {
    return open(database, Optional.of(snapshot));
  }

  private static RetainedOutbox open(DatabaseSettings database, Optional<String> snapshot)
      throws SQLException {
    Properties properties = new Properties();
    properties.setProperty("user", database.user());
    properties.setProperty("password", database.password());
    properties.setProperty("ApplicationName", "accrual-relay-reconcile");
    properties.setProperty("connectTimeout", "10");
    properties.setProperty("tcpKeepAlive", "true");
    Connection connection = DriverManager.getConnection(database.url(), properties);
    try (Statement statement = connection.createStatement()) {
      // The comparison may take long, and sorts and hashes much.
      statement.execute("set statement_timeout = 0");
      statement.execute("set lock_timeout = '30s'");
      statement.execute("set idle_in_transaction_session_timeout = 0");
      statement.execute("set work_mem = '64MB'");
      PublishedRecords.createTable(statement);
      connection.setAutoCommit(false);
      statement.execute("set transaction isolation level repeatable read, read only");
      if (snapshot.isPresent()) {
        statement.execute("set transaction snapshot " + statement.enquoteLiteral(snapshot.get()));
      }
      lock(statement);
      return new RetainedOutbox(connection);
    } catch (SQLException e) {
      connection.close();
      throw e;
    }
  }

  /** Keeps maintenance from dropping partitions until the transaction ends. */
  private static void lock(Statement statement) throws SQLException {
    statement.execute("lock table outbox.message in access share mode");
  }

  Connection connection() {
    return connection;
  }

  /** Ends the snapshot: later queries return what is committed when they begin. */
  void endSnapshot() throws SQLException {
    connection.commit();
    try (Statement statement = connection.createStatement()) {
      statement.execute("set transaction isolation level read committed, read only");
      lock(statement);
    }
  }

  /** Returns a position in the WAL before which everything in the snapshot was committed. */
  long end() throws SQLException {
    try (Statement statement = connection.createStatement()) {
      // The first query takes the snapshot, so the position is read by a later one.
      statement.execute("select from outbox.message limit 1");
      try (ResultSet row = statement.executeQuery("select pg_current_wal_insert_lsn()::text")) {
        row.next();
        return Position.lsn(row.getString(1));
      }
    }
  }

  /** Returns each aggregate type with the time of its oldest row. */
  Map<String, Instant> aggregateTypes() throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet row =
            statement.executeQuery(
                "select aggregatetype, min(created_at) from outbox.message group by 1")) {
      Map<String, Instant> oldest = new HashMap<>();
      while (row.next()) {
        oldest.put(row.getString(1), row.getObject(2, OffsetDateTime.class).toInstant());
      }
      return oldest;
    }
  }

  /** Returns the time since which the outbox has every row that was written. */
  Instant since() throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet row = statement.executeQuery("select outbox.retained_since()")) {
      row.next();
      return row.getObject(1, OffsetDateTime.class).toInstant();
    }
  }

  /** Passes on each row that no record was found of, those of a key in their order. */
  void missing(Rows rows) throws SQLException, InterruptedException {
    try (PreparedStatement query = connection.prepareStatement(MISSING)) {
      query.setFetchSize(FETCH_ROWS);
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
