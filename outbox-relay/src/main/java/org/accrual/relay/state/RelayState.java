package org.accrual.relay.state;

import java.util.Locale;

/** The states of a relay; {@link #mayBecome} is their diagram. */
public enum RelayState {
  /** PostgreSQL has not answered yet. */
  STARTING,
  /** The slot is another relay's, or about to be acquired. This one is ready to take over. */
  WAITING_FOR_SLOT,
  /** The slot is ours: the predecessor is fenced, the checkpoint is read, the slot is judged. */
  RECOVERING,
  /** Outbox records are relayed as they are committed. */
  STREAMING,
  /** Asked to stop: the batch at hand is finished. */
  DRAINING,
  /** Going on could lose records: an operator must act. The process stays up to report it. */
  REFUSED,
  /** Nothing runs any more. */
  STOPPED;

  boolean mayBecome(RelayState next) {
    return switch (this) {
      case STARTING -> next == WAITING_FOR_SLOT || next == REFUSED || next == DRAINING;
      case WAITING_FOR_SLOT -> next == RECOVERING || next == REFUSED || next == DRAINING;
      case RECOVERING -> next == STREAMING || next == REFUSED || next == DRAINING;
      case STREAMING -> next == REFUSED || next == DRAINING;
      case DRAINING -> next == STOPPED;
      case REFUSED -> next == DRAINING;
      case STOPPED -> false;
    };
  }

  /**
   * Returns whether a process in this state is ready: it does its part, or would do it at once if
   * the relay that streams ended.
   */
  public boolean isReady() {
    return switch (this) {
      case WAITING_FOR_SLOT, RECOVERING, STREAMING -> true;
      case STARTING, DRAINING, REFUSED, STOPPED -> false;
    };
  }

  /** Returns the name on health and metrics and in logs, such as {@code waiting-for-slot}. */
  public String label() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }
}
