package org.accrual.intake;

import java.time.Duration;

/** Is told by the loop, on its thread, what it did. Must be quick and must not throw. */
public interface IntakeObserver {
  /** A batch was applied; its transaction took that long, with all attempts at it. */
  void applied(BatchResult result, Duration took);

  /** A batch failed and will be tried again. */
  void failed();

  /** How many records of our partitions are not taken in yet. */
  void lag(long records);
}
