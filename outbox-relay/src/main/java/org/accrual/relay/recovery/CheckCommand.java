package org.accrual.relay.recovery;

import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.accrual.relay.checkpoint.CheckpointTopic;
import org.accrual.relay.process.RelaySettings;
import org.accrual.relay.recovery.Comparison.Counts;
import org.accrual.relay.recovery.Comparison.Lost;
import org.accrual.relay.stream.outbox.Checkpoint;
import org.accrual.relay.stream.outbox.Position;
import org.accrual.relay.stream.source.SourceSettings;
import org.accrual.relay.takeover.SlotFacts.Slot;
import org.accrual.relay.takeover.SlotGuard;

/**
 * Implements {@code check}: is every record that the outbox retains on its topic exactly once for
 * readers with {@code read_committed}, and has the outbox every record that this slot's relay has
 * published since the oldest retained day? Changes nothing. Beside a streaming relay it waits until
 * that one has published the snapshot's records, for at most 30 s.
 */
public final class CheckCommand {
  private static final Duration PATIENCE = Duration.ofSeconds(30);

  private final RelaySettings settings;

  public CheckCommand(RelaySettings settings) {
    this.settings = settings;
  }

  /** Runs the command. */
  public Outcome run() throws SQLException, InterruptedException {
    try (RetainedOutbox outbox = RetainedOutbox.now(settings.source().database())) {
      boolean passed = awaitCheckpoint(outbox.end());
      Comparison comparison = Comparison.of(outbox, new TopicScan(settings.sink()));
      Counts counts = comparison.count();
      List<String> details = new ArrayList<>(comparison.differing());
      // Records that were committed after the snapshot may have been published meanwhile.
      outbox.endSnapshot();
      Lost lost = comparison.lost();
      details.addAll(lost.first());
      boolean clean = details.isEmpty();
      return Outcome.of(
          clean ? 0 : Outcome.DIFFERENT,
          "check: %s: %d retained records, %d missing, %d repeated, %d lost by the database%s"
              .formatted(
                  clean ? "ok" : "DIFFERENT",
                  counts.retained(),
                  counts.missing(),
                  counts.repeated(),
                  lost.count(),
                  passed || clean
                      ? ""
                      : "; no relay has published all of them yet, see ops.relay_status"),
          details);
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
