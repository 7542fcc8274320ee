package org.accrual.consumers.flow;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.accrual.api.query.v1.FlowNode;
import org.accrual.api.query.v1.FlowNodeState;
import org.accrual.api.query.v1.Hop;
import org.accrual.api.query.v1.HopOutcome;
import org.accrual.consumers.flow.FlowData.At;

/** A message on its way to being a node: rows are added, then the node is made. */
final class NodeDraft {
  /** Notes are kept that long: of what is older, who has taken it in is not known any more. */
  private static final Duration NOTES_KEPT = Duration.ofDays(7);

  private final FlowNode.Builder node = FlowNode.newBuilder();
  private final List<FlowRow> hops = new ArrayList<>();
  private Optional<Instant> relayedAt = Optional.empty();
  private Instant writtenAt = Instant.MAX;

  NodeDraft(String id) {
    node.setNodeId(id);
  }

  /** The event store knows more of its events than notes do; what is said twice is the same. */
  void written(FlowRow row) {
    node.setKind(Kinds.of(row.topic(), row.service()))
        .setType(row.type())
        .setService(row.service())
        .setTopic(row.topic())
        .setKey(row.key())
        .setVersion(row.version())
        .setCorrelationId(row.correlationId())
        .setCauseId(row.causationId())
        .setWriteTime(Times.of(row.at()));
    writtenAt = row.at();
    place(row);
  }

  void relayed(FlowRow row) {
    node.setRelayTime(Times.of(row.at()));
    relayedAt = Optional.of(row.at());
    place(row);
  }

  void hop(FlowRow row) {
    hops.add(row);
    place(row);
  }

  private void place(FlowRow row) {
    row.partition().ifPresent(node::setPartition);
    row.offset().ifPresent(node::setOffset);
  }

  Instant writtenAt() {
    return writtenAt;
  }

  FlowNode build(FlowData data, Instant now) {
    boolean relayed = node.hasOffset();
    Map<String, HopOutcome> last = new HashMap<>();
    hops.sort(Comparator.comparing(FlowRow::at));
    for (FlowRow row : hops) {
      Hop hop = hop(row, data);
      node.addHops(hop);
      last.put(hop.getConsumer(), hop.getOutcome());
    }
    if (!relayed && isUnrelayed(data)) {
      return node.setState(FlowNodeState.FLOW_NODE_STATE_IN_OUTBOX).build();
    }
    for (Subscription subscription : data.subscriptions()) {
      if (subscription.topic().equals(node.getTopic())
          && !last.containsKey(subscription.consumer())) {
        HopOutcome outcome = unseen(subscription, now);
        node.addHops(Hop.newBuilder().setConsumer(subscription.consumer()).setOutcome(outcome));
        last.put(subscription.consumer(), outcome);
      }
    }
    return node.setState(worst(last)).build();
  }

  private boolean isUnrelayed(FlowData data) {
    return data.lastRelayed().map(id -> node.getNodeId().compareTo(id.toString()) > 0).orElse(true)
        && isUuid();
  }

  private boolean isUuid() {
    try {
      return UUID.fromString(node.getNodeId()).version() == 7;
    } catch (IllegalArgumentException other) {
      return false;
    }
  }

  /** Of a consumer that has left no note. */
  private HopOutcome unseen(Subscription subscription, Instant now) {
    boolean past =
        node.hasOffset()
            ? subscription.isPast(node.getPartition(), node.getOffset())
            : subscription.caughtUpAt().isAfter(writtenAt.plusSeconds(10))
                || writtenAt.isBefore(now.minus(NOTES_KEPT));
    return past ? HopOutcome.HOP_OUTCOME_TAKEN : HopOutcome.HOP_OUTCOME_WAITING;
  }

  private Hop hop(FlowRow row, FlowData data) {
    String letter = data.letters().get(new At(row.service(), node.getNodeId()));
    Hop.Builder hop =
        Hop.newBuilder()
            .setConsumer(row.service())
            .setOutcome(Kinds.outcome(row))
            .setTime(Times.of(row.at()))
            .setError(row.detail())
            .setAttempts(row.attempts() > 1 ? row.attempts() : 0)
            .setLetterId(letter == null ? "" : letter)
            .setParkedNow(letter != null);
    row.beganAt()
        .ifPresent(
            began -> {
              hop.setWorked(Times.between(began, row.at()));
              relayedAt.ifPresent(sent -> hop.setWaited(Times.between(sent, began)));
            });
    return hop.build();
  }

  private static FlowNodeState worst(Map<String, HopOutcome> outcomes) {
    if (outcomes.containsValue(HopOutcome.HOP_OUTCOME_PARKED)) {
      return FlowNodeState.FLOW_NODE_STATE_PARKED;
    }
    if (outcomes.containsValue(HopOutcome.HOP_OUTCOME_RETRIED)) {
      return FlowNodeState.FLOW_NODE_STATE_RETRYING;
    }
    return outcomes.containsValue(HopOutcome.HOP_OUTCOME_WAITING)
        ? FlowNodeState.FLOW_NODE_STATE_WAITING
        : FlowNodeState.FLOW_NODE_STATE_DONE;
  }
}
