package org.accrual.relay.stream.source;

import org.accrual.relay.stream.outbox.Delivery;
import org.accrual.relay.stream.outbox.Position;

/** Receives what the source reads. An exception that it throws ends the source. */
public interface Receiver {
  /**
   * The slot was acquired and nothing has been read from it yet. Called once, before everything
   * else, by the streaming thread.
   *
   * @return the checkpoint: rows up to it are not delivered again
   */
  Position slotAcquired() throws InterruptedException;

  /** Reports that the source polls, also while nothing arrives; called at least every second. */
  void polling();

  /**
   * The server has described the outbox, as it does before the first row, and again after a change
   * to the table or its publication. Refuses to continue if the publication is not the one that was
   * checked when the slot was acquired. Called by the streaming thread.
   */
  void described();

  /**
   * A heartbeat was read. Refuses to continue if the publication was not the one that was checked
   * when the slot was acquired. Called by the streaming thread.
   *
   * @param publicationVersion of the publication when the heartbeat was written; empty if there was
   *     none
   */
  void heartbeat(String publicationVersion);

  /**
   * Refuses to continue, since the publication sent something other than a row that was inserted
   * into the outbox. Called by the streaming thread.
   *
   * @return the exception to throw
   */
  RuntimeException foreignRow();

  /**
   * Publishes whole transactions, or the next slice of a large one. When it returns they are safe,
   * and the position that they reach may be confirmed to the database. Called by the polling
   * thread.
   */
  void deliver(Delivery delivery) throws InterruptedException;
}
