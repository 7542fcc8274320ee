package org.accrual.relay.takeover;

/**
 * What the database knows about a checkpoint, read after the checkpoint.
 *
 * @param flushed end of the WAL that the server has on disk: only such WAL is sent to a relay
 * @param history of the server's timeline; none if that is the checkpoint's
 */
record CheckpointFacts(long flushed, TimelineHistory history) {}
