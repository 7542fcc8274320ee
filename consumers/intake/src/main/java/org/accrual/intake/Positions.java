package org.accrual.intake;

import java.util.Collection;
import java.util.Map;
import org.apache.kafka.common.TopicPartition;

/** Knows where a consumer continues. Used by the loop's thread. */
@FunctionalInterface
public interface Positions {
  /**
   * Returns the offset of the next record of each partition that was just assigned; a partition
   * that is absent begins at its beginning.
   *
   * @throws TransientFailure if that cannot be known now
   */
  Map<TopicPartition, Long> start(Collection<TopicPartition> partitions);

  /**
   * Returns whether one of the topics was deleted and made again since {@link #start}; false if
   * that cannot be known now.
   */
  default boolean isMadeAgain(Collection<String> topics) {
    return false;
  }
}
