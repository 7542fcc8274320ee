package org.accrual.relay.process;

import java.io.IOException;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.accrual.relay.checkpoint.CheckpointTopic;
import org.accrual.relay.state.Refusal;
import org.accrual.relay.state.RelayLife;
import org.accrual.relay.state.RelayState;
import org.accrual.relay.state.Wait;
import org.accrual.relay.stream.encoding.SchemaIds;
import org.accrual.relay.stream.sink.Publisher;
import org.accrual.relay.stream.sink.RejectedTable;
import org.accrual.relay.stream.source.DebeziumSource;
import org.accrual.relay.takeover.Handover;
import org.accrual.relay.takeover.PatientPublisher;
import org.accrual.relay.takeover.SlotFacts;
import org.accrual.relay.takeover.SlotFacts.Slot;
import org.accrual.relay.takeover.SlotGuard;
import org.accrual.relay.takeover.StandbyException;
import org.accrual.relay.takeover.Verdict;
import org.accrual.runtime.liveness.Heartbeat;
import org.accrual.runtime.registry.SchemaRegistry;
import org.jspecify.annotations.Nullable;

/**
 * Runs the relay once, from start to stop or failure. It owns a thread, which waits for the slot
 * and then streams.
 *
 * <p>A failure is passed to {@code failed}, which ends the process: only a fresh start, which
 * fences, reads the checkpoint and skips transactions up to it, is safe. A refusal is not a
 * failure: the relay then stays up and reports why.
 */
public final class Relay {
  private static final Logger LOG = Logger.getLogger(Relay.class.getName());
  private static final Duration STOP = Duration.ofSeconds(15);

  private final RelaySettings settings;
  private final RelayLife life;
  private final Consumer<Throwable> failed;
  private final SlotGuard guard;
  private final SchemaIds schemaIds;
  private final StatusReporter reporter;
  private final Heartbeat heartbeat = new Heartbeat("relay");
  private final CountDownLatch stopping = new CountDownLatch(1);
  private final Thread thread;
  private volatile @Nullable DebeziumSource source;

  public Relay(RelaySettings settings, RelayLife life, Consumer<Throwable> failed) {
    this.settings = settings;
    this.life = life;
    this.failed = failed;
    this.guard =
        new SlotGuard(
            settings.source().database(),
            settings.source().slot(),
            settings.source().publication());
    this.schemaIds = new SchemaIds(new SchemaRegistry(settings.registry()), heartbeat::beat);
    StatusTable table = new StatusTable(settings.source().database(), settings.source().slot());
    this.reporter =
        new StatusReporter(
            life,
            table,
            new StreamWatch(life, settings.source().heartbeat(), table::isServed, this::fail),
            settings.retainedWarning(),
            settings.statusInterval());
    this.thread =
        Thread.ofPlatform().name("relay").unstarted(() -> heartbeat.watch(this::run).run());
  }

  public void start() {
    thread.start();
    reporter.start();
  }

  /** Finishes the batch at hand and ends; waits at most 15 s, after which the process may end. */
  public void stop() {
    heartbeat.stop();
    life.enter(RelayState.DRAINING);
    stopping.countDown();
    schemaIds.stop();
    try {
      DebeziumSource running = source;
      if (running != null) {
        running.stop();
      }
      if (!thread.join(STOP)) {
        LOG.warning("the relay did not end in time; its open Kafka transaction will be aborted");
      }
    } catch (IOException e) {
      LOG.log(Level.WARNING, "the relay did not stop in order", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    life.enter(RelayState.STOPPED);
    reporter.close();
  }

  private void run() {
    try {
      if (slotIsFree()) {
        stream();
      }
      if (life.stand().state() == RelayState.REFUSED) {
        // A restart does not help: the process stays up and reports why.
        heartbeat.stop();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (SQLException | RuntimeException e) {
      fail(e);
    }
  }

  /**
   * Waits while another relay has the slot, or the server is a standby. Returns false if there is
   * nothing to wait for any more.
   */
  private boolean slotIsFree() throws SQLException, InterruptedException {
    boolean standby = false;
    do {
      heartbeat.beat();
      try {
        SlotFacts facts = guard.look();
        life.enter(RelayState.WAITING_FOR_SLOT);
        Optional<Refusal> refusal = Verdict.beforeAcquiring(facts, settings.source().slot());
        if (refusal.isPresent()) {
          life.enter(RelayState.REFUSED, refusal);
          return false;
        }
        if (!facts.slot().map(Slot::active).orElse(false)) {
          return true;
        }
      } catch (StandbyException e) {
        life.enter(RelayState.WAITING_FOR_SLOT);
        if (!standby) {
          LOG.warning("the database is a standby; waiting for its promotion");
        }
        standby = true;
      }
    } while (!stopping.await(settings.slotPoll().toMillis(), TimeUnit.MILLISECONDS));
    return false;
  }

  private void stream() throws SQLException {
    try (Publisher publisher =
        Publisher.of(settings.sink(), schemaIds, new RejectedTable(settings.source().database()))) {
      DebeziumSource running =
          new DebeziumSource(
              settings.source(),
              guard.mayMoveSlotOn(),
              new Handover(
                  settings.source().slot(),
                  guard,
                  new CheckpointTopic(
                      settings.sink(),
                      obstacle -> life.waitFor(obstacle.map(Wait::transactionOpen))),
                  new PatientPublisher(publisher, life, heartbeat, stopping),
                  life,
                  heartbeat));
      source = running;
      if (stopping.getCount() > 0) {
        running.run().ifPresent(this::ended);
      }
    }
  }

  private void ended(Throwable cause) {
    if (life.stand().state() != RelayState.REFUSED) {
      fail(cause);
    }
  }

  private void fail(Throwable cause) {
    if (stopping.getCount() > 0) {
      failed.accept(cause);
    } else {
      LOG.log(Level.INFO, "the relay was stopped while it was at work: {0}", cause.toString());
    }
  }
}
