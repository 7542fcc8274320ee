package org.accrual.consumers.progress;

/** How a wait for a version ended. */
public enum Wait {
  /** It has been applied. */
  REACHED,
  /** The stream stands in the dead letters: somebody has to settle them first. */
  PARKED,
  /** The time is up. */
  BEHIND
}
