package org.accrual.intake;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.apache.kafka.clients.consumer.ConsumerRecord;

/** Is told by the loop, on its thread, what it did. Must be quick and must not throw. */
public interface IntakeObserver {
  /** A batch was applied; it took that long, with all attempts at it. */
  void applied(
      List<ConsumerRecord<byte[], byte[]>> records,
      BatchResult result,
      Instant began,
      Duration took);

  /** A batch failed and will be tried again. */
  void failed(
      List<ConsumerRecord<byte[], byte[]>> records, RuntimeException failure, Instant began);

  /** The Kafka client failed; a new one is made. */
  void clientFailed();

  /** How many records of our partitions are not taken in yet. */
  void lag(long records);
}
