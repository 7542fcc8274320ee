package org.accrual.intake;

import java.net.InetAddress;
import java.net.UnknownHostException;
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
import org.accrual.runtime.liveness.Heartbeat;

/**
 * Says every 5 s in the database that this process is at work and how far its loops are, for {@code
 * ops.process} and {@code ops.consumer_lag}. Any thread may start and stop it.
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

  /** Says it, and forgets who has not said anything for a day. */
  private static final String AT_WORK =
      """
      with gone as (delete from ops.process where instance <> ? and seen_at < clock_timestamp() - interval '1 day')
      insert into ops.process as p (service, instance) values (?, ?)
      on conflict (service, instance) do update set seen_at = clock_timestamp()
      """;

  private final String service;
  private final DataSource database;
  private final List<IntakeLoop> loops;
  private final String process = instance();
  private final CountDownLatch stopping = new CountDownLatch(1);
  private final Heartbeat heartbeat = new Heartbeat("lag");

  /**
   * @param service what the process is, such as {@code consumers}
   * @param database connections with autocommit off
   */
  public LagReport(String service, DataSource database, List<IntakeLoop> loops) {
    this.service = service;
    this.database = database;
    this.loops = List.copyOf(loops);
  }

  /** Once only. */
  public void start() {
    Thread.ofVirtual().name("lag").start(heartbeat.watch(this::run));
  }

  public void stop() {
    heartbeat.stop();
    stopping.countDown();
  }

  private void run() {
    try {
      do {
        heartbeat.beat();
        report();
      } while (!stopping.await(PERIOD.toMillis(), TimeUnit.MILLISECONDS));
    } catch (InterruptedException ending) {
      Thread.currentThread().interrupt();
    }
  }

  private static String instance() {
    try {
      return InetAddress.getLocalHost().getHostName() + ":" + ProcessHandle.current().pid();
    } catch (UnknownHostException nameless) {
      return "pid " + ProcessHandle.current().pid();
    }
  }

  private void report() {
    try (Connection connection = database.getConnection();
        PreparedStatement atWork = connection.prepareStatement(AT_WORK);
        PreparedStatement statement = connection.prepareStatement(WRITE)) {
      atWork.setString(1, process);
      atWork.setString(2, service);
      atWork.setString(3, process);
      atWork.executeUpdate();
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
