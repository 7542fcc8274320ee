package org.accrual.relay.takeover;

import java.util.Optional;
import org.accrual.relay.state.Refusal;
import org.accrual.relay.state.Refusal.Reason;
import org.accrual.relay.stream.outbox.Checkpoint;
import org.accrual.relay.stream.outbox.Position;
import org.accrual.relay.takeover.CheckpointFacts.LastRow;
import org.accrual.relay.takeover.SlotFacts.Slot;

/** Says whether the relay can continue from the slot without losing or repeating a record. */
public sealed interface Verdict {
  /**
   * Allows to continue.
   *
   * @param from the checkpoint: everything at or under it is on the topics
   * @param write whether {@code from} must be written as a checkpoint of the server's timeline
   *     before anything is published: there is none, or the newest is of an earlier timeline
   */
  record Fit(Position from, boolean write) implements Verdict {}

  /** Refuses to continue. */
  record Unfit(Refusal refusal) implements Verdict {}

  String RECOVER = "run the relay's command recover, then start the relay again";

  /** Judges a slot before it is acquired, when the checkpoint cannot be read yet. */
  static Optional<Refusal> beforeAcquiring(SlotFacts facts, String slotName) {
    if (facts.slot().isEmpty()) {
      return refuse(
          Reason.SLOT_MISSING,
          "there is no replication slot '%s'".formatted(slotName),
          "create it if this is a new installation; else " + RECOVER);
    }
    Slot slot = facts.slot().get();
    if (slot.lost().isPresent()) {
      return refuse(
          Reason.SLOT_LOST,
          "replication slot '%s' is lost: %s".formatted(slotName, slot.lost().get()),
          RECOVER);
    }
    if (!slot.plugin().equals("pgoutput") || !slot.database().equals(facts.database())) {
      return refuse(
          Reason.SLOT_UNFIT,
          "replication slot '%s' is for plugin '%s' in database '%s'"
              .formatted(slotName, slot.plugin(), slot.database()),
          "name a slot for pgoutput in database '%s'".formatted(facts.database()));
    }
    return facts
        .publicationFault()
        .flatMap(
            fault ->
                refuse(
                    Reason.PUBLICATION_UNFIT,
                    fault,
                    "restore the publication as the migrations make it"));
  }

  /**
   * Judges a slot that is ours where there is no checkpoint.
   *
   * @param unrelayable whether there have been records that the slot will never send
   */
  static Verdict withoutCheckpoint(SlotFacts facts, String slotName, boolean unrelayable) {
    Optional<Refusal> early = beforeAcquiring(facts, slotName);
    if (early.isPresent()) {
      return new Unfit(early.get());
    }
    return unrelayable
        ? unfit(
            Reason.CHECKPOINT_MISSING,
            "there is no checkpoint of slot '%s' on Kafka, yet there have been records from before the slot's position"
                .formatted(slotName),
            "restore Kafka's data, or " + RECOVER)
        : new Fit(Position.at(facts.slot().orElseThrow().confirmed()), true);
  }

  /**
   * Judges a slot that is ours against the checkpoint.
   *
   * @param known about the checkpoint, read after it
   */
  static Verdict byCheckpoint(
      SlotFacts facts, String slotName, Checkpoint checkpoint, CheckpointFacts known) {
    Optional<Refusal> early = beforeAcquiring(facts, slotName);
    if (early.isPresent()) {
      return new Unfit(early.get());
    }
    long confirmed = facts.slot().orElseThrow().confirmed();
    Optional<Refusal> otherCluster = otherCluster(facts, checkpoint);
    if (otherCluster.isPresent()) {
      return new Unfit(otherCluster.get());
    }
    Optional<Refusal> otherTimeline = otherTimeline(facts, checkpoint, known);
    if (otherTimeline.isPresent()) {
      return new Unfit(otherTimeline.get());
    }
    if (Long.compareUnsigned(checkpoint.position().lsn(), known.flushed()) > 0) {
      return unfit(
          Reason.CHECKPOINT_AHEAD_OF_DATABASE,
          "the topics hold everything up to %s, the server's WAL ends at %s: the database was put back to an earlier state"
              .formatted(checkpoint.position(), Position.text(known.flushed())),
          RECOVER);
    }
    if (known.lastRow() == LastRow.LOST) {
      return unfit(
          Reason.CHECKPOINT_AHEAD_OF_DATABASE,
          "the topics hold everything up to %s, and record %s, which was published last, is not in the outbox: the database was put back to an earlier state"
              .formatted(checkpoint.position(), checkpoint.lastId().orElse("")),
          RECOVER);
    }
    if (Long.compareUnsigned(confirmed, checkpoint.position().lsn()) > 0) {
      return unfit(
          Reason.SLOT_AHEAD_OF_CHECKPOINT,
          "slot '%s' is at %s, the topics hold everything up to %s only"
              .formatted(slotName, Position.text(confirmed), checkpoint.position()),
          RECOVER);
    }
    if (!checkpoint.origin().publicationVersion().equals(facts.publicationVersion())) {
      return new Unfit(publicationChanged());
    }
    return new Fit(checkpoint.position(), checkpoint.origin().timeline() != facts.timeline());
  }

  /**
   * Refuses a checkpoint of another timeline, unless it is an earlier one of the server's own and
   * the server has all of its WAL up to the checkpoint.
   */
  private static Optional<Refusal> otherTimeline(
      SlotFacts facts, Checkpoint checkpoint, CheckpointFacts known) {
    int timeline = checkpoint.origin().timeline();
    if (timeline == facts.timeline()) {
      return Optional.empty();
    }
    Optional<Long> fork = known.history().switchPoint(timeline);
    if (fork.isEmpty()) {
      return refuse(
          Reason.OTHER_TIMELINE,
          "the checkpoint %s is of timeline %d, which the server's timeline %d does not descend from"
              .formatted(checkpoint.position(), timeline, facts.timeline()),
          RECOVER);
    }
    // Rows above the checkpoint's LSN are of one transaction, which the server may not have.
    boolean covered =
        Long.compareUnsigned(checkpoint.position().lsn(), fork.get()) <= 0
            && (checkpoint.position().ordinal() == 0 || known.lastRow() == LastRow.PRESENT);
    return covered
        ? Optional.empty()
        : refuse(
            Reason.OTHER_TIMELINE,
            "the server left timeline %d at %s, the topics hold everything up to %s: records from in between were published and the database has lost them"
                .formatted(timeline, Position.text(fork.get()), checkpoint.position()),
            RECOVER);
  }

  /** Returns the refusal for a publication that was changed since the checkpoint was written. */
  static Refusal publicationChanged() {
    return new Refusal(
        Reason.PUBLICATION_CHANGED,
        "the publication or its table was changed since the checkpoint was written: rows from in between"
            + " may be missing on the topics",
        "restore the publication as the migrations make it, run the relay's command recover"
            + " --compare, then start the relay again");
  }

  /** Refuses a checkpoint of another PostgreSQL cluster. */
  static Optional<Refusal> otherCluster(SlotFacts facts, Checkpoint checkpoint) {
    String marked = checkpoint.origin().systemIdentifier();
    return marked.equals(facts.systemIdentifier())
        ? Optional.empty()
        : refuse(
            Reason.OTHER_CLUSTER,
            "the checkpoint is of PostgreSQL cluster %s, this is %s"
                .formatted(marked, facts.systemIdentifier()),
            "connect to the right cluster, or use another slot name; if the cluster was replaced, run"
                + " the relay's command recover --replaces "
                + marked
                + ", then start the relay again");
  }

  private static Verdict unfit(Reason reason, String detail, String remedy) {
    return new Unfit(new Refusal(reason, detail, remedy));
  }

  private static Optional<Refusal> refuse(Reason reason, String detail, String remedy) {
    return Optional.of(new Refusal(reason, detail, remedy));
  }
}
