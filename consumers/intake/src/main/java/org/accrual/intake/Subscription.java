package org.accrual.intake;

import java.util.List;
import org.accrual.contract.Topics;

/**
 * What a consumer listens to.
 *
 * @param consumer its name: the name of its schema too, and {@code accrual.NAME} is its group
 * @param topics it reads all of them, from the beginning when it is new
 */
public record Subscription(String consumer, List<String> topics) {
  public Subscription {
    topics = List.copyOf(topics);
  }

  /** Its consumer group, one a consumer. */
  public String group() {
    return Topics.PREFIX + consumer;
  }
}
