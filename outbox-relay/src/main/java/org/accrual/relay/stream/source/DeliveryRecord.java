package org.accrual.relay.stream.source;

import java.util.Map;
import org.accrual.relay.stream.outbox.Delivery;
import org.apache.kafka.connect.source.SourceRecord;

/**
 * A delivery on its way through Debezium's engine. Its offset is the place that Debezium confirms
 * to the database once the record is marked as processed.
 */
final class DeliveryRecord extends SourceRecord {
  private final transient Delivery delivery;

  DeliveryRecord(Map<String, ?> partition, Delivery delivery) {
    super(partition, offset(delivery), "deliveries", null, null, null);
    this.delivery = delivery;
  }

  /** In the keys of Debezium's offsets; it confirms {@code lsn_commit}. */
  private static Map<String, Long> offset(Delivery delivery) {
    long lsn = delivery.reached().lsn();
    return Map.of("lsn", lsn, "lsn_proc", lsn, "lsn_commit", lsn);
  }

  Delivery delivery() {
    return delivery;
  }
}
