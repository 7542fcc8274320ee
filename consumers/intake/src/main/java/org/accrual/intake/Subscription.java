package org.accrual.intake;

import java.util.List;
import org.accrual.contract.Topics;

/**
 * What a consumer listens to.
 *
 * @param consumer its name: the name of its schema too, and {@code accrual.NAME} is its group
 * @param topics event topics: the version gate counts on their sequence
 */
public record Subscription(String consumer, List<String> topics) {
  public Subscription {
    topics = List.copyOf(topics);
    if (!Topics.EVENT_TOPICS.containsAll(topics)) {
      throw new IllegalArgumentException("not all of them carry a sequence: " + topics);
    }
  }

  /** Its consumer group, one a consumer. */
  public String group() {
    return Topics.PREFIX + consumer;
  }
}
