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
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.logging.Level;
import java.util.logging.Logger;
import javax.sql.DataSource;
import org.accrual.consumers.database.EffectsPool;
import org.accrual.runtime.liveness.Heartbeat;

/**
 * Lets go of what has been kept long enough, at the start and every hour: settled dead letters, and
 * what the inbox knows. Every process does it; whoever comes second finds nothing.
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
  private final Heartbeat heartbeat = new Heartbeat("upkeep");
  private final ScheduledExecutorService clock =
      Executors.newSingleThreadScheduledExecutor(
          Thread.ofPlatform().daemon().name("upkeep").factory());

  @Inject
  Upkeep(@EffectsPool DataSource database, ConsumersSettings settings) {
    this.database = database;
    this.settings = settings;
  }

  void start(@Observes @Initialized(ApplicationScoped.class) Object event) {
    heartbeat.start();
    var _ = clock.scheduleWithFixedDelay(this::run, 0, PERIOD.toMinutes(), TimeUnit.MINUTES);
  }

  void stop(@Observes @BeforeDestroyed(ApplicationScoped.class) Object event) {
    heartbeat.stop();
    clock.shutdownNow();
  }

  /** Never throws: a scheduled task that does is not run again. */
  private void run() {
    try {
      forget("settled dead letters", LETTERS, settings.lettersKept());
      forget("entries of the inbox", INBOX, settings.inboxKept());
    } catch (SQLException | RuntimeException failed) {
      LOG.log(Level.INFO, "what has been kept long enough is let go an hour later", failed);
    }
    heartbeat.beat(PERIOD);
  }

  private void forget(String what, String sql, Duration kept) throws SQLException {
    long all = 0;
    for (long gone = AT_ONCE; gone == AT_ONCE && !clock.isShutdown(); all += gone) {
      heartbeat.beat();
      gone = forgetSome(sql, kept);
    }
    if (all > 0) {
      LOG.log(Level.INFO, "let go of {0} {1}, older than {2}", new Object[] {all, what, kept});
    }
  }

  private long forgetSome(String sql, Duration kept) throws SQLException {
    try (Connection connection = database.getConnection();
        PreparedStatement statement = connection.prepareStatement(sql)) {
      statement.setDouble(1, (double) kept.toSeconds());
      statement.setInt(2, AT_ONCE);
      try (ResultSet row = statement.executeQuery()) {
        row.next();
        long gone = row.getLong(1);
        connection.commit();
        return gone;
      }
    }
  }
}
