package org.accrual.relay.recovery;

import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.accrual.relay.checkpoint.CheckpointTopic;
import org.accrual.relay.process.RelaySettings;
import org.accrual.relay.stream.outbox.Checkpoint;
import org.accrual.relay.stream.outbox.Position;
import org.accrual.relay.stream.source.SourceSettings;
import org.accrual.relay.takeover.SlotFacts.Slot;
import org.accrual.relay.takeover.SlotGuard;

/**
 * {@code check}: is every record that the outbox retains on its topic exactly once, for readers
 * with {@code read_committed}? Changes nothing; may run beside a relay that streams, which it lets
 * pass what it compares, for at most 30 s.
 */
public final class CheckCommand {
  private static final Duration PATIENCE = Duration.ofSeconds(30);
  private static final int FIRST = 5;

  private final RelaySettings settings;

  public CheckCommand(RelaySettings settings) {
    this.settings = settings;
  }

  public Outcome run() throws SQLException, InterruptedException {
    try (RetainedOutbox outbox = RetainedOutbox.now(settings.source().database())) {
      boolean passed = awaitCheckpoint(outbox.end());
      IdTally tally = Reconciliation.of(outbox, new TopicScan(settings.sink()));
      List<String> lines = new ArrayList<>();
      boolean clean = tally.unseen() == 0 && tally.repeated() == 0;
      lines.add(
          "check: %s: %d retained records, %d missing, %d repeated%s"
              .formatted(
                  clean ? "ok" : "DIFFERENT",
                  tally.size(),
                  tally.unseen(),
                  tally.repeated(),
                  passed || clean
                      ? ""
                      : "; no relay has passed all of them, see ops.relay_status"));
      tally.differing(
          FIRST, id -> lines.add("  %s is on its topic %d times".formatted(id, tally.count(id))));
      return new Outcome(clean ? 0 : Outcome.DIFFERENT, lines);
    }
  }

  private boolean awaitCheckpoint(long end) throws SQLException, InterruptedException {
    CheckpointTopic checkpoints = new CheckpointTopic(settings.sink());
    CountDownLatch never = new CountDownLatch(1);
    long deadline = System.nanoTime() + PATIENCE.toNanos();
    while (checkpoints
            .newestVisible()
            .map(Checkpoint::position)
            .orElse(Position.ZERO)
            .compareTo(Position.at(end))
        < 0) {
      if (System.nanoTime() - deadline > 0 || !streams()) {
        return false;
      }
      var _ = never.await(200, TimeUnit.MILLISECONDS);
    }
    return true;
  }

  private boolean streams() throws SQLException {
    SourceSettings source = settings.source();
    return new SlotGuard(source.database(), source.slot(), source.publication())
        .look()
        .slot()
        .map(Slot::active)
        .orElse(false);
  }
}
