package org.accrual.intake;

/** The life of an {@link IntakeLoop}. */
public enum IntakeState {
  /** Made, not started. */
  NEW,
  /** Joining its group: the broker has not yet said which partitions are ours. */
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
