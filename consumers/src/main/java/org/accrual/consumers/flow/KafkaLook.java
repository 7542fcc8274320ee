package org.accrual.consumers.flow;

import java.util.Map;
import org.apache.kafka.common.TopicPartition;

/**
 * What the brokers say.
 *
 * @param brokers that answer
 * @param ends of the partitions that somebody consumes
 * @param groups by consumer
 */
record KafkaLook(int brokers, Map<TopicPartition, Long> ends, Map<String, Group> groups) {

  /**
   * A consumer's group.
   *
   * @param members processes in it
   * @param positions of the next record to take in, of the partitions that it has taken from
   */
  record Group(int members, Map<TopicPartition, Long> positions) {}
}
