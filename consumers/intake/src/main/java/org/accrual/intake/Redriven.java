package org.accrual.intake;

import java.time.Duration;

/** A consumer whose dead letters can be tried again; see {@link RedriveLoop}. */
@FunctionalInterface
public interface Redriven {
  /**
   * Tries the next letter that somebody has asked to redrive, if one is due; answers how long to
   * wait before the next call.
   */
  Duration redrive();
}
