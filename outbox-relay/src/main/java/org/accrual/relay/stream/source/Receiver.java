package org.accrual.relay.stream.source;

import org.accrual.relay.stream.outbox.Delivery;
import org.accrual.relay.stream.outbox.Position;

/** Who takes what the source reads. What it throws ends the source. */
public interface Receiver {
  /**
   * The slot is ours and nothing has been read from it yet. Called once, before every {@link
   * #deliver}, on a thread of the source's.
   *
   * @return the checkpoint: what is at or under it is not delivered again
   */
  Position slotAcquired() throws InterruptedException;

  /** Reports that the source polls, also while nothing arrives; called at least every second. */
  void polling();

  /**
   * Checks, before anything after a heartbeat is delivered, that the publication is the one that
   * was seen when the slot was acquired: then it has covered every row in between.
   *
   * @param publicationVersion of the publication when the heartbeat was written; empty if there was
   *     none
   */
  void heartbeat(String publicationVersion);

  /** Refuses to go on: the publication sent a row of another table than the outbox. */
  void foreignRow();

  /**
   * Takes whole transactions, or the next slice of a large one. When it returns they are safe, and
   * the position they reach may be confirmed to the database. Called by one thread at a time.
   */
  void deliver(Delivery delivery) throws InterruptedException;
}
