package org.accrual.relay.state;

import org.accrual.relay.takeover.Verdict;

/**
 * Explains why the relay does not continue by itself, and what an operator must do. A value: it is
 * expected, and a restart changes nothing.
 */
public record Refusal(Reason reason, String detail, String remedy) {

  /** Names that dashboards and runbooks can rely on. */
  public enum Reason {
    /** There is no slot of that name. */
    SLOT_MISSING,
    /** The server has invalidated the slot or dropped WAL that it needs. */
    SLOT_LOST,
    /** The slot was made for another database or decoder. */
    SLOT_UNFIT,
    /** The slot has moved past what the topics hold: the records between are lost to it. */
    SLOT_AHEAD_OF_CHECKPOINT,
    /**
     * The checkpoint is above the end of the server's WAL, or the outbox lacks the last published
     * row: the server was restored from a snapshot of its storage. It would skip, or has skipped,
     * every transaction that commits below the checkpoint.
     */
    CHECKPOINT_AHEAD_OF_DATABASE,
    /** The checkpoint is of another PostgreSQL cluster. */
    OTHER_CLUSTER,
    /**
     * The server's timeline does not descend from the checkpoint: a standby was promoted that
     * lacked published records, or a backup was restored with its WAL archive.
     */
    OTHER_TIMELINE,
    /** There is no checkpoint, yet the outbox holds records that the slot does not cover. */
    CHECKPOINT_MISSING,
    /** The checkpoint is in a format that this version of the relay does not know. */
    CHECKPOINT_UNREADABLE,
    /** A topic of the installation does not exist. */
    TOPIC_MISSING,
    /** The publication is missing or covers something other than inserts into the outbox. */
    PUBLICATION_UNFIT,
    /** The publication was changed while rows were written that it may not have covered. */
    PUBLICATION_CHANGED
  }

  public static Refusal checkpointUnreadable(String detail) {
    return new Refusal(
        Reason.CHECKPOINT_UNREADABLE,
        detail,
        "start the version that wrote it, or a later one; if none did, " + Verdict.RECOVER);
  }

  public static Refusal topicMissing(String detail) {
    return new Refusal(
        Reason.TOPIC_MISSING,
        detail,
        "restore it, or let provision create it empty, then start the relay again");
  }

  @Override
  public String toString() {
    return "%s: %s; %s".formatted(reason, detail, remedy);
  }
}
