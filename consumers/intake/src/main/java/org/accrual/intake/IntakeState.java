package org.accrual.intake;

/** The life of an {@link IntakeLoop}. */
public enum IntakeState {
  /** Made, not started. */
  NEW,
  /** Joining its group, for the first time or after the broker was away: it gets no records. */
  JOINING,
  /** Takes in records, or waits for some. */
  RUNNING,
  /** At least one partition stands before a record that must not be applied; the others go on. */
  HALTED,
  /** The last batch failed; everything stands until it works. */
  RETRYING,
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
