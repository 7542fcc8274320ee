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
import org.accrual.relay.state.Wait;
import org.accrual.runtime.liveness.Heartbeat;

/**
 * Writes the relay's state to {@code ops.relay} regularly, reads what its slot costs, and watches
 * its stream. The row is the owner's: a relay that waits writes nothing, and one that refuses
 * writes once. If the database does not take it, that is logged once and tried again.
 */
final class StatusReporter implements AutoCloseable {
  private static final Logger LOG = Logger.getLogger(StatusReporter.class.getName());

  private final RelayLife life;
  private final StatusTable table;
  private final StreamWatch watch;
  private final long retainedWarning;
  private final Duration interval;
  private final String instance = instance();
  private final Heartbeat heartbeat = new Heartbeat("relay-status");
  private final ScheduledExecutorService clock =
      Executors.newSingleThreadScheduledExecutor(
          Thread.ofPlatform().daemon().name("relay-status").factory());
  private boolean failing;
  private boolean warned;
  private boolean refusalWritten;

  StatusReporter(
      RelayLife life,
      StatusTable table,
      StreamWatch watch,
      long retainedWarning,
      Duration interval) {
    this.life = life;
    this.table = table;
    this.watch = watch;
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
    try {
      if (stand.owner() || stand.refusal().isPresent()) {
        Status status = status(stand);
        write(stand, status);
        Backlog backlog = table.backlog(status);
        life.backlog(backlog);
        warn(backlog);
      }
      failing = false;
    } catch (SQLException | RuntimeException e) {
      if (!failing) {
        LOG.log(
            Level.WARNING,
            "ops.relay could not be updated: {0}; retrying every {1}",
            new Object[] {e.getMessage(), interval});
      }
      failing = true;
    }
    watch.check();
  }

  private void write(RelayLife.Stand stand, Status status) throws SQLException {
    if (stand.owner()) {
      table.write(status);
    } else if (!refusalWritten) {
      refusalWritten = table.writeRefusal(status);
    }
  }

  private Status status(RelayLife.Stand stand) {
    return new Status(
        stand.state().label(),
        instance,
        stand.refusal().map(Refusal::toString).or(() -> life.waiting().map(Wait::toString)),
        life.checkpoint(),
        life.reachedAt(),
        life.lastId());
  }

  private void warn(Backlog backlog) {
    boolean much = backlog.retainedBytes() > retainedWarning;
    if (much && !warned) {
      LOG.log(
          Level.WARNING,
          "the slot keeps {0} bytes of WAL; check what delays the relay, and that the disk does not"
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

  /** Writes the last state, such as stopped; waits at most 10 s. */
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
