package org.accrual.relay.takeover;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.Optional;
import java.util.Properties;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.accrual.relay.stream.outbox.Checkpoint;
import org.accrual.relay.stream.outbox.Position;
import org.accrual.relay.takeover.CheckpointFacts.LastRow;
import org.accrual.runtime.DatabaseSettings;

/** Asks the database what it knows about a checkpoint. */
final class CheckpointQueries {
  private static final Logger LOG = Logger.getLogger(CheckpointQueries.class.getName());
  private static final Duration SETTLE = Duration.ofSeconds(5);
  private static final String UNDEFINED_FILE = "58P01";

  private static final String FLUSHED = "select pg_current_wal_flush_lsn()::text";

  private static final String PRESENT =
      "select exists (select from outbox.message where id = ?::uuid)";

  // Whether retention cannot have deleted the row: it was written after the oldest partition's
  // first hour, since created_at, by which partitions are made, may be a little before the id's
  // time. False for an id that has no time. The outbox itself may hold days of rows and is not
  // read.
  private static final String RETAINED =
      """
      select coalesce(written > oldest + interval '1 hour', written is not null)
        from (select uuid_extract_timestamp(?::uuid) as written) id,
             (select min(to_date(right(c.relname, 8), 'YYYYMMDD')::timestamp at time zone 'UTC') as oldest
                from pg_inherits i
                join pg_class c on c.oid = i.inhrelid
               where i.inhparent = 'outbox.message'::regclass and c.relname ~ '^message_\\d{8}$') days
      """;

  // Transactions that have written to the outbox: they keep this lock until their rows are visible.
  private static final String WRITERS =
      """
      select coalesce(array_agg(virtualtransaction), '{}')::text
        from pg_locks
       where mode = 'RowExclusiveLock'
         and database = (select oid from pg_database where datname = current_database())
         and relation in (select 'outbox.message'::regclass::oid
                           union all
                          select inhrelid from pg_inherits where inhparent = 'outbox.message'::regclass)
      """;

  private static final String ENDED =
      "select not exists (select from pg_locks where virtualtransaction = any (?::text[]))";

  private final DatabaseSettings database;
  private final Duration settle;

  CheckpointQueries(DatabaseSettings database) {
    this(database, SETTLE);
  }

  /**
   * Creates the queries.
   *
   * @param settle how long to wait for transactions that may still become visible
   */
  CheckpointQueries(DatabaseSettings database, Duration settle) {
    this.database = database;
    this.settle = settle;
  }

  /** Returns the facts by which {@link Verdict#byCheckpoint} judges. */
  CheckpointFacts facts(Checkpoint checkpoint, int timeline)
      throws SQLException, InterruptedException {
    TimelineHistory history =
        checkpoint.origin().timeline() == timeline ? TimelineHistory.NONE : history(timeline);
    try (Connection connection = connect(new Properties())) {
      Optional<String> lastId = checkpoint.lastId();
      return new CheckpointFacts(
          Position.lsn(query(connection, FLUSHED)),
          history,
          lastId.isPresent() ? lastRow(connection, lastId.get()) : LastRow.UNKNOWN);
    }
  }

  /** Returns the history of the server's timeline; none if the server has none, as of the first. */
  private TimelineHistory history(int timeline) throws SQLException {
    Properties replication = new Properties();
    replication.setProperty("replication", "database");
    replication.setProperty("preferQueryMode", "simple");
    replication.setProperty("assumeMinServerVersion", "10");
    try (Connection connection = connect(replication);
        Statement statement = connection.createStatement();
        ResultSet row = statement.executeQuery("TIMELINE_HISTORY " + timeline)) {
      row.next();
      return TimelineHistory.parse(row.getString("content"));
    } catch (SQLException e) {
      if (UNDEFINED_FILE.equals(e.getSQLState())) {
        return TimelineHistory.NONE;
      }
      throw e;
    }
  }

  private LastRow lastRow(Connection connection, String id)
      throws SQLException, InterruptedException {
    if (is(connection, PRESENT, id)) {
      return LastRow.PRESENT;
    }
    if (!is(connection, RETAINED, id)) {
      return LastRow.UNKNOWN;
    }
    if (!writersEnd(connection)) {
      LOG.log(
          Level.WARNING,
          "the outbox does not show the last published row {0}, and a transaction that writes to it has not ended within {1}: cannot check whether the database was put back to an earlier state",
          new Object[] {id, settle});
      return LastRow.UNKNOWN;
    }
    return is(connection, PRESENT, id) ? LastRow.PRESENT : LastRow.LOST;
  }

  /**
   * Waits until every transaction that has written to the outbox by now has ended. A transaction is
   * published once it is in the WAL, and its rows are visible later: with synchronous replication,
   * only after a standby has confirmed it.
   */
  private boolean writersEnd(Connection connection) throws SQLException, InterruptedException {
    String writers = query(connection, WRITERS);
    long deadline = System.nanoTime() + settle.toNanos();
    while (!is(connection, ENDED, writers)) {
      if (System.nanoTime() - deadline > 0) {
        return false;
      }
      Thread.sleep(Duration.ofMillis(50));
    }
    return true;
  }

  private static boolean is(Connection connection, String sql, String argument)
      throws SQLException {
    return query(connection, sql, argument).equals("t");
  }

  private static String query(Connection connection, String sql, String... arguments)
      throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(sql)) {
      for (int i = 0; i < arguments.length; i++) {
        statement.setString(i + 1, arguments[i]);
      }
      try (ResultSet row = statement.executeQuery()) {
        row.next();
        return row.getString(1);
      }
    }
  }

  private Connection connect(Properties properties) throws SQLException {
    return SlotGuard.connect(database, SlotGuard.ANSWER, properties);
  }
}
