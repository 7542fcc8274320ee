package org.accrual.relay.state;

/**
 * Measures what the slot costs and how far the relay is behind.
 *
 * @param retainedBytes WAL that the server keeps for the slot
 * @param lagBytes WAL written since the checkpoint
 * @param lagEvents about how many messages wait, at most 10,000; 0 before the first was published
 */
public record Backlog(long retainedBytes, long lagBytes, long lagEvents) {
  public static final Backlog NONE = new Backlog(0, 0, 0);
}
