package org.accrual.relay.recovery;

import java.sql.SQLException;
import java.util.Optional;
import org.accrual.relay.checkpoint.CheckpointTopic;
import org.accrual.relay.checkpoint.MissingTopicException;
import org.accrual.relay.checkpoint.UnreadableCheckpointException;
import org.accrual.relay.process.RelaySettings;
import org.accrual.relay.process.StatusTable;
import org.accrual.relay.recovery.Comparison.Counts;
import org.accrual.relay.recovery.Comparison.Lost;
import org.accrual.relay.state.Refusal;
import org.accrual.relay.stream.encoding.SchemaIds;
import org.accrual.relay.stream.outbox.Checkpoint;
import org.accrual.relay.stream.outbox.Checkpoint.Origin;
import org.accrual.relay.stream.outbox.Position;
import org.accrual.relay.stream.sink.Publisher;
import org.accrual.relay.stream.sink.RejectedTable;
import org.accrual.relay.takeover.SlotFacts;
import org.accrual.relay.takeover.SlotFacts.Slot;
import org.accrual.relay.takeover.SlotGuard;
import org.accrual.relay.takeover.Verdict;
import org.accrual.runtime.DatabaseSettings;
import org.accrual.runtime.registry.SchemaRegistry;

/**
 * Implements {@code recover}: for a slot that is missing, lost or ahead of the checkpoint, and for
 * a database that is behind the checkpoint or of another cluster or timeline. The new slot comes
 * first: the rows of its snapshot are compared with the topics and published where they are
 * missing, the slot sends all later ones. The old slot is replaced only after the comparison, and
 * the checkpoint is written last, so the relay refuses after an interrupted recovery, which can be
 * run again.
 *
 * <p>Only rows that the outbox retains can be recovered.
 */
public final class RecoverCommand {
  private final RelaySettings settings;
  private final String slot;
  private final SlotGuard guard;
  private final RecoverOptions options;

  public RecoverCommand(RelaySettings settings, RecoverOptions options) {
    this.settings = settings;
    this.options = options;
    this.slot = settings.source().slot();
    this.guard = new SlotGuard(settings.source().database(), slot, settings.source().publication());
  }

  /** Runs the command. */
  public Outcome run() throws SQLException, InterruptedException {
    SlotFacts facts = guard.look();
    if (facts.slot().map(Slot::active).orElse(false)) {
      return Outcome.of(
          Outcome.REFUSED,
          "recover: a relay streams from slot '%s'; stop it first".formatted(slot));
    }
    Optional<Checkpoint> checkpoint;
    try {
      checkpoint = new CheckpointTopic(settings.sink()).newest();
    } catch (MissingTopicException e) {
      return notRecoverable(Refusal.topicMissing(String.valueOf(e.getMessage())));
    } catch (UnreadableCheckpointException e) {
      return recover(facts, Optional.empty());
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
    return switch (guard.judge(facts, checkpoint)) {
      case Verdict.Fit _ when options.compare() -> recover(facts, checkpoint);
      case Verdict.Fit _ ->
          Outcome.of(
              0,
              "recover: slot '%s' is fit, nothing was done; recover --compare compares nevertheless"
                  .formatted(slot));
      case Verdict.Unfit(Refusal refusal) ->
          switch (refusal.reason()) {
            case SLOT_UNFIT, PUBLICATION_UNFIT, TOPIC_MISSING -> notRecoverable(refusal);
            case SLOT_MISSING,
                SLOT_LOST,
                SLOT_AHEAD_OF_CHECKPOINT,
                CHECKPOINT_AHEAD_OF_DATABASE,
                OTHER_CLUSTER,
                OTHER_TIMELINE,
                PUBLICATION_CHANGED,
                CHECKPOINT_MISSING,
                CHECKPOINT_UNREADABLE ->
                recover(facts, checkpoint);
          };
    };
  }

  private static Outcome notRecoverable(Refusal refusal) {
    return Outcome.of(Outcome.REFUSED, "recover: cannot repair " + refusal);
  }

  private Outcome recover(SlotFacts facts, Optional<Checkpoint> judged)
      throws SQLException, InterruptedException {
    DatabaseSettings database = settings.source().database();
    SchemaIds schemas = new SchemaIds(new SchemaRegistry(settings.registry()));
    try (NewSlot made = NewSlot.create(database, slot);
        RetainedOutbox outbox = RetainedOutbox.asOf(database, made.snapshot());
        StatusTable status = new StatusTable(database, slot);
        Publisher publisher = Publisher.of(settings.sink(), schemas, new RejectedTable(database))) {
      // From here on no other relay publishes, and what one had left open has ended.
      publisher.fence();
      requireUnchanged(judged);
      Comparison comparison = Comparison.of(outbox, new TopicScan(settings.sink()));
      Lost lost = comparison.lost();
      if (lost.count() > 0 && !options.acceptLost()) {
        return lost(lost);
      }
      Counts counts = comparison.count();
      made.replace(slot, settings.failoverSlot());
      // Until the checkpoint is written, no partition may be dropped by an earlier one.
      status.reset(Optional.empty());
      MissingRows missing = new MissingRows(publisher, counts.missing());
      outbox.missing(missing::publish);
      Position position = Position.at(made.consistentPoint());
      missing.finish(
          new Checkpoint(
              new Origin(
                  facts.systemIdentifier(), facts.timeline(), slot, facts.publicationVersion()),
              position));
      status.reset(Optional.of(position));
      return Outcome.of(
          0,
          "recover: slot '%s' made at %s; %d retained records compared, %d published, %d set aside, %d lost by the database; start the relay"
              .formatted(
                  slot,
                  position,
                  counts.retained(),
                  missing.published(),
                  missing.rejected(),
                  lost.count()),
          lost.first());
    }
  }

  /** A relay that ran since the checkpoint was read may have published rows of the new slot. */
  private void requireUnchanged(Optional<Checkpoint> judged) {
    Optional<Checkpoint> now;
    try {
      now = new CheckpointTopic(settings.sink()).newest();
    } catch (UnreadableCheckpointException e) {
      now = Optional.empty();
    }
    if (!now.equals(judged)) {
      throw new IllegalStateException(
          "a relay has published from slot '%s' meanwhile; stop all relays, run it again"
              .formatted(slot));
    }
  }

  private static Outcome lost(Lost lost) {
    return Outcome.of(
        Outcome.DIFFERENT,
        "recover: the topics hold %d records that the database has lost; nothing was changed. See the relay's README, then run it with --accept-lost"
            .formatted(lost.count()),
        lost.first());
  }
}
