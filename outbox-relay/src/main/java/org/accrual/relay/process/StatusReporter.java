package org.accrual.relay.process;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.sql.SQLException;
import java.time.Duration;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.accrual.relay.process.StatusTable.Status;
import org.accrual.relay.state.Backlog;
import org.accrual.relay.state.Refusal;
import org.accrual.relay.state.RelayLife;
import org.accrual.relay.state.RelayState;
import org.accrual.runtime.liveness.Heartbeat;

/**
 * Tells {@code ops.relay} regularly how the relay stands, and learns what its slot costs. Beside
 * the flow: if the database does not take it, that is logged once and tried again.
 */
final class StatusReporter implements AutoCloseable {
  private static final Logger LOG = Logger.getLogger(StatusReporter.class.getName());

  private final RelayLife life;
  private final StatusTable table;
  private final long retainedWarning;
  private final Duration interval;
  private final String instance = instance();
  private final Heartbeat heartbeat = new Heartbeat("relay-status");
  private final ScheduledExecutorService clock =
      Executors.newSingleThreadScheduledExecutor(
          Thread.ofPlatform().daemon().name("relay-status").factory());
  private boolean failing;
  private boolean warned;

  StatusReporter(RelayLife life, StatusTable table, long retainedWarning, Duration interval) {
    this.life = life;
    this.table = table;
    this.retainedWarning = retainedWarning;
    this.interval = interval;
  }

  void start() {
    heartbeat.start();
    var _ =
        clock.scheduleWithFixedDelay(
            this::report, interval.toMillis(), interval.toMillis(), TimeUnit.MILLISECONDS);
  }

  private void report() {
    heartbeat.beat();
    RelayLife.Stand stand = life.stand();
    if (stand.state() == RelayState.STARTING || stand.state() == RelayState.WAITING_FOR_SLOT) {
      // The row is the owner's.
      return;
    }
    try {
      Backlog backlog =
          table.report(
              new Status(
                  stand.state().label(),
                  instance,
                  stand.refusal().map(Refusal::toString),
                  life.checkpoint(),
                  life.reachedAt(),
                  life.lastId()));
      life.backlog(backlog);
      warn(backlog);
      failing = false;
    } catch (SQLException | RuntimeException away) {
      if (!failing) {
        LOG.log(Level.WARNING, "ops.relay could not be updated: {0}", away.getMessage());
      }
      failing = true;
    }
  }

  private void warn(Backlog backlog) {
    boolean much = backlog.retainedBytes() > retainedWarning;
    if (much && !warned) {
      LOG.log(
          Level.WARNING,
          "the slot keeps {0} bytes of WAL; see what holds the relay up, and that the disk does not"
              + " fill",
          Long.toString(backlog.retainedBytes()));
    }
    warned = much;
  }

  private static String instance() {
    try {
      return InetAddress.getLocalHost().getHostName() + ":" + ProcessHandle.current().pid();
    } catch (UnknownHostException nameless) {
      return "pid " + ProcessHandle.current().pid();
    }
  }

  /** Says the last word, such as that it has stopped; waits at most 10 s. */
  @Override
  public void close() {
    heartbeat.stop();
    clock.execute(this::report);
    clock.shutdown();
    try {
      if (!clock.awaitTermination(10, TimeUnit.SECONDS)) {
        clock.shutdownNow();
      }
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
    }
    table.close();
  }
}
