package org.accrual.intake;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.kafka.clients.consumer.ConsumerRecord;

final class RecordingObserver implements IntakeObserver {
  final AtomicInteger applied = new AtomicInteger();
  final AtomicInteger repeats = new AtomicInteger();
  final AtomicInteger failures = new AtomicInteger();
  volatile long lag = -1;

  @Override
  public void applied(
      List<ConsumerRecord<byte[], byte[]>> records,
      BatchResult result,
      Instant began,
      Duration took) {
    applied.addAndGet(result.applied());
    repeats.addAndGet(result.repeats());
  }

  @Override
  public void failed(
      List<ConsumerRecord<byte[], byte[]>> records, RuntimeException failure, Instant began) {
    failures.incrementAndGet();
  }

  @Override
  public void clientFailed() {
    failures.incrementAndGet();
  }

  @Override
  public void lag(long records) {
    lag = records;
  }
}
