package org.accrual.relay.takeover;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Properties;
import org.accrual.relay.stream.outbox.Checkpoint;
import org.accrual.relay.stream.outbox.Position;
import org.accrual.runtime.DatabaseSettings;

/** Asks the database what it knows about a checkpoint. */
final class CheckpointQueries {
  private static final String FLUSHED = "select pg_current_wal_flush_lsn()::text as flushed";
  private static final String UNDEFINED_FILE = "58P01";

  private final DatabaseSettings database;

  CheckpointQueries(DatabaseSettings database) {
    this.database = database;
  }

  /** Returns the facts by which {@link Verdict#byCheckpoint} judges. */
  CheckpointFacts facts(Checkpoint checkpoint, int timeline) throws SQLException {
    TimelineHistory history =
        checkpoint.origin().timeline() == timeline ? TimelineHistory.NONE : history(timeline);
    return new CheckpointFacts(flushed(), history);
  }

  private long flushed() throws SQLException {
    try (Connection connection = SlotGuard.connect(database, SlotGuard.ANSWER, new Properties());
        PreparedStatement statement = connection.prepareStatement(FLUSHED);
        ResultSet row = statement.executeQuery()) {
      row.next();
      return Position.lsn(row.getString("flushed"));
    }
  }

  /** Returns the history of the server's timeline; none if the server has none, as of the first. */
  private TimelineHistory history(int timeline) throws SQLException {
    Properties replication = new Properties();
    replication.setProperty("replication", "database");
    replication.setProperty("preferQueryMode", "simple");
    replication.setProperty("assumeMinServerVersion", "10");
    try (Connection connection = SlotGuard.connect(database, SlotGuard.ANSWER, replication);
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
}
