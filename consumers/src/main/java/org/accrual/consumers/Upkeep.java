package org.accrual.consumers;

import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.context.BeforeDestroyed;
import jakarta.enterprise.context.Initialized;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Inject;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.logging.Level;
import java.util.logging.Logger;
import javax.sql.DataSource;
import org.accrual.consumers.database.EffectsPool;
import org.accrual.runtime.liveness.PeriodicTask;

/**
 * Deletes settled dead letters and entries of the inbox that are past their retention, at the start
 * and every hour. Every process does so; the second one finds nothing.
 */
@ApplicationScoped
class Upkeep {
  private static final Logger LOG = Logger.getLogger(Upkeep.class.getName());
  private static final Duration PERIOD = Duration.ofHours(1);
  private static final int AT_ONCE = 10_000;
  private static final String LETTERS = "select deadletter.forget(make_interval(secs => ?), ?)";
  private static final String INBOX = "select ops.forget_inbox(make_interval(secs => ?), ?)";

  private final DataSource database;
  private final ConsumersSettings settings;
  private final PeriodicTask task = new PeriodicTask("upkeep", PERIOD, this::run);

  @Inject
  Upkeep(@EffectsPool DataSource database, ConsumersSettings settings) {
    this.database = database;
    this.settings = settings;
  }

  void start(@Observes @Initialized(ApplicationScoped.class) Object event) {
    task.start(Duration.ZERO);
  }

  void stop(@Observes @BeforeDestroyed(ApplicationScoped.class) Object event) {
    task.stop();
  }

  private void run() {
    try {
      delete("settled dead letters", LETTERS, settings.lettersKept());
      delete("entries of the inbox", INBOX, settings.inboxKept());
    } catch (SQLException e) {
      LOG.log(Level.INFO, "rows past their retention were not deleted, retrying in an hour", e);
    }
  }

  private void delete(String what, String sql, Duration kept) throws SQLException {
    long all = 0;
    for (long deleted = AT_ONCE; deleted == AT_ONCE && !task.isStopping(); all += deleted) {
      task.beat();
      deleted = deleteSome(sql, kept);
    }
    if (all > 0) {
      LOG.log(Level.INFO, "deleted {0} {1}, older than {2}", new Object[] {all, what, kept});
    }
  }

  private long deleteSome(String sql, Duration kept) throws SQLException {
    try (Connection connection = database.getConnection();
        PreparedStatement statement = connection.prepareStatement(sql)) {
      statement.setDouble(1, (double) kept.toSeconds());
      statement.setInt(2, AT_ONCE);
      try (ResultSet row = statement.executeQuery()) {
        row.next();
        long deleted = row.getLong(1);
        connection.commit();
        return deleted;
      }
    }
  }
}
