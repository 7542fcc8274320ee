package org.accrual.relay.recovery;

import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Optional;
import java.util.Properties;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.accrual.runtime.DatabaseSettings;

/**
 * Reports every few seconds which transaction a session waits for: a new slot waits for all
 * transactions, of all databases, that were open or prepared when its creation began.
 */
final class SlotWait implements AutoCloseable {
  private static final Logger LOG = Logger.getLogger(SlotWait.class.getName());
  private static final Duration INTERVAL = Duration.ofSeconds(5);

  private static final String HOLDER =
      """
      select coalesce(
               (select format('prepared transaction %L of database %s, prepared at %s; commit or roll it back',
                              p.gid, p.database, p.prepared)
                  from pg_prepared_xacts p where p.transaction = w.transactionid),
               (select format('the transaction of process %s (user %s, database %s, application %s), open since %s;'
                              ' end it, or call pg_terminate_backend(%1$s)',
                              a.pid, a.usename, a.datname, a.application_name, a.xact_start)
                  from pg_locks h
                  join pg_stat_activity a on a.pid = h.pid
                 where h.locktype = 'transactionid' and h.transactionid = w.transactionid and h.granted),
               'transaction ' || w.transactionid) as holder
        from pg_locks w
       where w.pid = ? and w.locktype = 'transactionid' and not w.granted
      """;

  private final DatabaseSettings database;
  private final int pid;
  private final ScheduledExecutorService clock =
      Executors.newSingleThreadScheduledExecutor(
          Thread.ofPlatform().daemon().name("slot-wait").factory());

  /**
   * Begins to report.
   *
   * @param pid of the session that may wait
   */
  SlotWait(DatabaseSettings database, int pid) {
    this.database = database;
    this.pid = pid;
    var _ =
        clock.scheduleWithFixedDelay(
            this::report, 1_000, INTERVAL.toMillis(), TimeUnit.MILLISECONDS);
  }

  private void report() {
    try {
      holder().ifPresent(holder -> LOG.log(Level.WARNING, "the new slot waits for {0}", holder));
    } catch (SQLException e) {
      LOG.log(Level.WARNING, "cannot read what the new slot waits for: {0}", e.getMessage());
    }
  }

  /** Returns what the session waits for, and what to do about it; empty if it does not wait. */
  Optional<String> holder() throws SQLException {
    Properties properties = new Properties();
    properties.setProperty("user", database.user());
    properties.setProperty("password", database.password());
    properties.setProperty("ApplicationName", "accrual-relay-recover");
    properties.setProperty("connectTimeout", "10");
    properties.setProperty("socketTimeout", "10");
    try (Connection connection = DriverManager.getConnection(database.url(), properties);
        PreparedStatement query = connection.prepareStatement(HOLDER)) {
      query.setInt(1, pid);
      try (ResultSet row = query.executeQuery()) {
        return row.next() ? Optional.of(row.getString("holder")) : Optional.empty();
      }
    }
  }

  @Override
  public void close() {
    clock.shutdownNow();
  }
}
