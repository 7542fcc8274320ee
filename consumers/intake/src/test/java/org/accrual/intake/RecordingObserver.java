package org.accrual.intake;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;

final class RecordingObserver implements IntakeObserver {
  final AtomicInteger applied = new AtomicInteger();
  final AtomicInteger repeats = new AtomicInteger();
  final AtomicInteger failures = new AtomicInteger();
  volatile long lag = -1;

  @Override
  public void applied(BatchResult result, Duration took) {
    applied.addAndGet(result.applied());
    repeats.addAndGet(result.repeats());
  }

  @Override
  public void failed() {
    failures.incrementAndGet();
  }

  @Override
  public void lag(long records) {
    lag = records;
  }
}
