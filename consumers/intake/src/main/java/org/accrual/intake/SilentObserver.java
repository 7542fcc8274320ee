package org.accrual.intake;

import java.time.Duration;

/** For a loop that nobody measures. */
public final class SilentObserver implements IntakeObserver {
  @Override
  public void applied(BatchResult result, Duration took) {}

  @Override
  public void failed() {}

  @Override
  public void lag(long records) {}
}
