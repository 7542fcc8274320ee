package org.accrual.intake;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.apache.kafka.clients.consumer.ConsumerRecord;

/** For a loop that nobody measures. */
public final class SilentObserver implements IntakeObserver {
  @Override
  public void applied(
      List<ConsumerRecord<byte[], byte[]>> records,
      BatchResult result,
      Instant began,
      Duration took) {}

  @Override
  public void failed(
      List<ConsumerRecord<byte[], byte[]>> records, RuntimeException failure, Instant began) {}

  @Override
  public void clientFailed() {}

  @Override
  public void lag(long records) {}
}
