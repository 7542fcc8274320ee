package org.accrual.intake;

/** What is kept in order and counted by the gate: the records of one key on one topic. */
public record StreamKey(String topic, String key) implements Comparable<StreamKey> {

  /**
   * By topic, then key: the order in which rows are locked, so that two batches cannot deadlock.
   */
  @Override
  public int compareTo(StreamKey other) {
    int byTopic = topic.compareTo(other.topic);
    return byTopic != 0 ? byTopic : key.compareTo(other.key);
  }

  @Override
  public String toString() {
    return topic + " key " + key;
  }
}
