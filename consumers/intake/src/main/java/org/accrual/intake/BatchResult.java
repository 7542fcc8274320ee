package org.accrual.intake;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.TopicPartition;

/**
 * What was done with a batch, all of it committed.
 *
 * @param applied how many took effect
 * @param repeats how many had taken effect, or been parked, before
 * @param parked how many were set aside
 * @param reached the versions now applied of the streams that moved
 * @param aside those that did not take effect, and why
 * @param held the first record of each partition that was left out with those after it, since the
 *     schema registry is needed and does not answer
 */
public record BatchResult(
    int applied,
    int repeats,
    int parked,
    Map<StreamKey, Long> reached,
    List<Aside> aside,
    Map<TopicPartition, Long> held) {

  /** Of a batch of which nothing was left out. */
  public BatchResult(
      int applied, int repeats, int parked, Map<StreamKey, Long> reached, List<Aside> aside) {
    this(applied, repeats, parked, reached, aside, Map.of());
  }

  /**
   * A record that did not take effect.
   *
   * @param parked in the dead letters; if not, it is a repeat
   * @param error why it is parked; empty if it waits behind another
   */
  public record Aside(Position at, boolean parked, String error) {

    static Aside repeat(Position at) {
      return new Aside(at, false, "");
    }

    static Aside of(Park park) {
      return new Aside(park.at(), true, park.error());
    }
  }

  /** The same of a batch of which records were left out. */
  BatchResult holding(Map<TopicPartition, Long> leftOut) {
    return new BatchResult(applied, repeats, parked, reached, aside, leftOut);
  }

  /** Returns whether a record of the batch was left out. */
  boolean leftOut(ConsumerRecord<?, ?> record) {
    Long first = held.get(new TopicPartition(record.topic(), record.partition()));
    return first != null && record.offset() >= first;
  }

  /** This part of a batch and the one after it. */
  BatchResult and(BatchResult next) {
    Map<StreamKey, Long> both = new HashMap<>(reached);
    both.putAll(next.reached);
    List<Aside> all = new ArrayList<>(aside);
    all.addAll(next.aside);
    return new BatchResult(
        applied + next.applied, repeats + next.repeats, parked + next.parked, both, all);
  }
}
