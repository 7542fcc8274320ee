package org.accrual.consumers.flow;

import java.time.Instant;
import java.util.Map;

/**
 * A consumer that takes a topic in, and how far it has, some seconds ago at most.
 *
 * @param positions of the next record to take in, by partition
 * @param caughtUpAt when it had taken in all there was; the epoch if it has not
 */
record Subscription(
    String consumer, String topic, Map<Integer, Long> positions, Instant caughtUpAt) {

  boolean isPast(int partition, long offset) {
    return positions.getOrDefault(partition, 0L) > offset;
  }
}
