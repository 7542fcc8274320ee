package org.accrual.relay.recovery;

import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.accrual.relay.checkpoint.CheckpointTopic;
import org.accrual.relay.checkpoint.MissingTopicException;
import org.accrual.relay.checkpoint.UnreadableCheckpointException;
import org.accrual.relay.process.RelaySettings;
import org.accrual.relay.process.StatusTable;
import org.accrual.relay.state.Refusal;
import org.accrual.relay.stream.encoding.SchemaIds;
import org.accrual.relay.stream.outbox.Checkpoint;
import org.accrual.relay.stream.outbox.Checkpoint.Origin;
import org.accrual.relay.stream.outbox.OutboxRow;
import org.accrual.relay.stream.outbox.Position;
import org.accrual.relay.stream.sink.Publisher;
import org.accrual.relay.stream.sink.RejectedTable;
import org.accrual.relay.takeover.SlotFacts;
import org.accrual.relay.takeover.SlotFacts.Slot;
import org.accrual.relay.takeover.SlotGuard;
import org.accrual.relay.takeover.Verdict;
import org.accrual.runtime.registry.SchemaRegistry;

/**
 * {@code recover}: for a slot that is gone, lost or ahead of the checkpoint, and for a database
 * that is behind the checkpoint or of another cluster or timeline. The new slot comes first: what
 * its snapshot shows is compared with the topics and published where it is missing, what it does
 * not show the slot will tell. The checkpoint is written last, so a recovery that was cut short is
 * refused by the relay and may simply be run again.
 *
 * <p>Only what the outbox retains can be recovered.
 */
public final class RecoverCommand {
  private static final int ROWS = 1_000;
  private static final int BYTES = 4 * 1024 * 1024;

  private final RelaySettings settings;
  private final String slot;
  private final SlotGuard guard;
  private final RecoverOptions options;

  /**
   * Creates the command.
   *
   * @param options what it may replace
   */
  public RecoverCommand(RelaySettings settings, RecoverOptions options) {
    this.settings = settings;
    this.options = options;
    this.slot = settings.source().slot();
    this.guard = new SlotGuard(settings.source().database(), slot, settings.source().publication());
  }

  public Outcome run() throws SQLException, InterruptedException {
    SlotFacts facts = guard.look();
    if (facts.slot().map(Slot::active).orElse(false)) {
      return Outcome.of(
          Outcome.REFUSED,
          "recover: a relay streams from slot '%s'; nothing is lost".formatted(slot));
    }
    Optional<Checkpoint> checkpoint;
    try {
      checkpoint = new CheckpointTopic(settings.sink()).newest();
    } catch (MissingTopicException e) {
      Refusal refusal = Refusal.topicMissing(String.valueOf(e.getMessage()));
      return Outcome.of(Outcome.REFUSED, "recover: cannot mend " + refusal);
    } catch (UnreadableCheckpointException e) {
      return recover(facts);
    }
    Optional<String> marked = checkpoint.map(found -> found.origin().systemIdentifier());
    if (marked.isPresent()
        && !marked.get().equals(facts.systemIdentifier())
        && !marked.equals(options.replaced())) {
      return Outcome.of(
          Outcome.REFUSED,
          "recover: the checkpoint of slot '%s' is of PostgreSQL cluster %s, this is %s. Another installation may use this Kafka and slot name; if this cluster has replaced that one, run: recover --replaces %2$s"
              .formatted(slot, marked.get(), facts.systemIdentifier()));
    }
    return run(facts, guard.judge(facts, checkpoint));
  }

  private Outcome run(SlotFacts facts, Verdict verdict) throws SQLException, InterruptedException {
    return switch (verdict) {
      case Verdict.Fit _ when options.compare() -> recover(facts);
      case Verdict.Fit _ ->
          Outcome.of(
              0,
              "recover: slot '%s' is fit, nothing was done; recover --compare compares all the same"
                  .formatted(slot));
      case Verdict.Unfit(Refusal refusal) ->
          switch (refusal.reason()) {
            case SLOT_UNFIT, PUBLICATION_UNFIT, RECORD_UNFIT, TOPIC_MISSING ->
                Outcome.of(Outcome.REFUSED, "recover: cannot mend " + refusal);
            case SLOT_MISSING,
                SLOT_LOST,
                SLOT_AHEAD_OF_CHECKPOINT,
                CHECKPOINT_AHEAD_OF_DATABASE,
                OTHER_CLUSTER,
                OTHER_TIMELINE,
                PUBLICATION_CHANGED,
                CHECKPOINT_MISSING,
                CHECKPOINT_UNREADABLE ->
                recover(facts);
          };
    };
  }

  private Outcome recover(SlotFacts facts) throws SQLException, InterruptedException {
    SchemaIds schemas = new SchemaIds(new SchemaRegistry(settings.registry()));
    try (NewSlot made =
            NewSlot.inPlaceOf(settings.source().database(), slot, settings.failoverSlot());
        RetainedOutbox outbox = RetainedOutbox.asOf(settings.source().database(), made.snapshot());
        Publisher publisher =
            Publisher.of(
                settings.sink(), schemas, new RejectedTable(settings.source().database()))) {
      // From here on no other relay publishes, and what one had left open has ended.
      publisher.fence();
      IdTally tally = Reconciliation.of(outbox, new TopicScan(settings.sink()));
      Missing missing = new Missing(publisher, tally);
      outbox.inOrder(missing::publish);
      Checkpoint checkpoint =
          new Checkpoint(
              new Origin(
                  facts.systemIdentifier(), facts.timeline(), slot, facts.publicationVersion()),
              Position.at(made.consistentPoint()));
      missing.finish(checkpoint);
      try (StatusTable status = new StatusTable(settings.source().database(), slot)) {
        status.reset(Optional.of(checkpoint.position()));
      }
      return Outcome.of(
          0,
          "recover: slot '%s' made at %s; %d retained records compared, %d published, %d set aside; start the relay"
              .formatted(
                  slot, checkpoint.position(), tally.size(), missing.published, missing.setAside));
    }
  }

  /**
   * Publishes what was not seen, in transactions of bounded size; the last one has the checkpoint.
   */
  private static final class Missing {
    private final Publisher publisher;
    private final IdTally tally;
    private final List<OutboxRow> waiting = new ArrayList<>();
    private long bytes;
    private long published;
    private long setAside;

    Missing(Publisher publisher, IdTally tally) {
      this.publisher = publisher;
      this.tally = tally;
    }

    void publish(OutboxRow row) throws InterruptedException {
      if (tally.count(UUID.fromString(row.id())) > 0) {
        return;
      }
      waiting.add(row);
      bytes += row.bytes();
      if (waiting.size() >= ROWS || bytes >= BYTES) {
        count(publisher.publishWithoutCheckpoint(waiting));
      }
    }

    void finish(Checkpoint checkpoint) throws InterruptedException {
      count(publisher.publish(waiting, checkpoint));
    }

    private void count(int aside) {
      setAside += aside;
      published += waiting.size() - aside;
      waiting.clear();
      bytes = 0;
    }
  }
}
