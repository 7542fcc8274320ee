package org.accrual.intake;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.logging.Level;
import java.util.logging.Logger;
import javax.sql.DataSource;

/**
 * Says every 5 s in the database how far this process's loops are, for {@code ops.consumer_lag}.
 * Any thread may start and stop it.
 */
public final class LagReport {
  private static final Logger LOG = Logger.getLogger(LagReport.class.getName());
  private static final Duration PERIOD = Duration.ofSeconds(5);
  private static final String WRITE =
      """
      insert into ops.consumer_partition as c (consumer, topic, partition, position, log_end, process, seen_at)
      values (?, ?, ?, ?, ?, ?, clock_timestamp())
      on conflict (consumer, topic, partition) do update
         set position = excluded.position, log_end = excluded.log_end, process = excluded.process,
             seen_at = excluded.seen_at
      """;

  private final DataSource database;
  private final List<IntakeLoop> loops;
  private final String process = "pid " + ProcessHandle.current().pid();
  private final CountDownLatch stopping = new CountDownLatch(1);

  /**
   * @param database connections with autocommit off
   */
  public LagReport(DataSource database, List<IntakeLoop> loops) {
    this.database = database;
    this.loops = List.copyOf(loops);
  }

  /** Once only. */
  public void start() {
    Thread.ofVirtual().name("lag").start(this::run);
  }

  public void stop() {
    stopping.countDown();
  }

  private void run() {
    try {
      while (!stopping.await(PERIOD.toMillis(), TimeUnit.MILLISECONDS)) {
        report();
      }
    } catch (InterruptedException ending) {
      Thread.currentThread().interrupt();
    }
  }

  private void report() {
    try (Connection connection = database.getConnection();
        PreparedStatement statement = connection.prepareStatement(WRITE)) {
      for (IntakeLoop loop : loops) {
        for (PartitionProgress partition : loop.partitions()) {
          statement.setString(1, loop.subscription().consumer());
          statement.setString(2, partition.topic());
          statement.setInt(3, partition.partition());
          statement.setLong(4, partition.position());
          statement.setLong(5, partition.end());
          statement.setString(6, process);
          statement.addBatch();
        }
      }
      statement.executeBatch();
      connection.commit();
    } catch (SQLException away) {
      LOG.log(Level.FINE, "lag not reported; the next report covers it", away);
    }
  }
}
