package org.accrual.intake;

/** The life of an {@link IntakeLoop}. */
public enum IntakeState {
  /** Made, not started. */
  NEW,
  /** Joining its group, for the first time or after the broker was away: it gets no records. */
  JOINING,
  /** Takes in records, or waits for some. */
  RUNNING,
  /** The last batch failed, since something is away or busy; it is tried again until it works. */
  RETRYING,
  /**
   * The last batch failed, since the consumer cannot work as it is; tried again, but somebody has
   * to mend tables, rights or code.
   */
  BROKEN,
  /** Finishes the batch under way. */
  STOPPING,
  /** Ended; offsets are committed. */
  STOPPED;

  /** Whether everything is taken in. */
  public boolean isReady() {
    return this == RUNNING;
  }

  boolean isEnding() {
    return this == STOPPING || this == STOPPED;
  }
}
