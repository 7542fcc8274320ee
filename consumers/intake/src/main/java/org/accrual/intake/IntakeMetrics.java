package org.accrual.intake;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.accrual.runtime.metrics.Meters;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.eclipse.microprofile.metrics.Counter;
import org.eclipse.microprofile.metrics.Tag;
import org.eclipse.microprofile.metrics.Timer;

/**
 * {@code /metrics}, each with the tag {@code consumer}: {@code accrual_intake_applied_total},
 * {@code accrual_intake_repeats_total}, {@code accrual_intake_parked_total}, {@code
 * accrual_intake_failures_total} (batches tried again), {@code accrual_intake_batch_seconds},
 * {@code accrual_intake_lag} (records not taken in yet).
 */
public final class IntakeMetrics implements IntakeObserver {
  private final Counter applied;
  private final Counter repeats;
  private final Counter parked;
  private final Counter failures;
  private final Timer batch;
  private final AtomicLong lag = new AtomicLong();

  public IntakeMetrics(Meters meters, String consumer) {
    Tag tag = new Tag("consumer", consumer);
    applied = meters.counter("accrual_intake_applied", tag);
    repeats = meters.counter("accrual_intake_repeats", tag);
    parked = meters.counter("accrual_intake_parked", tag);
    failures = meters.counter("accrual_intake_failures", tag);
    batch = meters.timer("accrual_intake_batch", tag);
    meters.gauge("accrual_intake_lag", lag::get, tag);
  }

  @Override
  public void applied(
      List<ConsumerRecord<byte[], byte[]>> records,
      BatchResult result,
      Instant began,
      Duration took) {
    applied.inc(result.applied());
    repeats.inc(result.repeats());
    parked.inc(result.parked());
    batch.update(took);
  }

  @Override
  public void failed(
      List<ConsumerRecord<byte[], byte[]>> records, RuntimeException failure, Instant began) {
    failures.inc();
  }

  @Override
  public void clientFailed() {
    failures.inc();
  }

  @Override
  public void lag(long records) {
    lag.set(records);
  }
}
