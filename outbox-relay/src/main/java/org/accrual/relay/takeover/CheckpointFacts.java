package org.accrual.relay.takeover;

/**
 * What the database knows about a checkpoint, read after the checkpoint.
 *
 * @param flushed end of the WAL that the server has on disk: only such WAL is sent to a relay
 * @param history of the server's timeline; none if that is the checkpoint's
 * @param lastRow whether the outbox holds the checkpoint's last row
 */
record CheckpointFacts(long flushed, TimelineHistory history, LastRow lastRow) {
  /** Whether the outbox holds the last row that was published. */
  enum LastRow {
    PRESENT,
    /** It does not, and no retention has deleted the row: the database lost it. */
    LOST,
    /** The checkpoint names no row, retention may have deleted it, or it may not be visible yet. */
    UNKNOWN
  }
}
