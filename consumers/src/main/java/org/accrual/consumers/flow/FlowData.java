package org.accrual.consumers.flow;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;

/**
 * What the database knows of some conversations.
 *
 * @param rows by time
 * @param subscriptions who takes in their topics
 * @param letters ids of their dead letters that are parked now, by consumer and message
 * @param lastRelayed the newest message that the relay has told of
 * @param truncated whether there is more
 */
record FlowData(
    List<FlowRow> rows,
    List<Subscription> subscriptions,
    Map<At, String> letters,
    Optional<UUID> lastRelayed,
    boolean truncated) {

  /** A message at a consumer. */
  record At(String consumer, String messageId) {}
}
