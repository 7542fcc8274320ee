package org.accrual.consumers.progress;

/** How a wait for a version ended. */
public enum Wait {
  /** It has been applied. */
  REACHED,
  /** The consumer has parked the stream: a person has to settle its dead letters first. */
  PARKED,
  /** The time is up. */
  BEHIND
}
