package org.accrual.intake;

import java.util.List;
import org.apache.kafka.clients.consumer.ConsumerRecord;

/**
 * What the loop hands batches to: a consumer's bean, whose fault-tolerance annotations stand around
 * a {@link BatchTransaction}.
 */
@FunctionalInterface
public interface BatchHandler {
  /**
   * Applies a batch or throws, having applied nothing of it.
   *
   * @param records in order per partition
   */
  BatchResult handle(List<ConsumerRecord<byte[], byte[]>> records);
}
