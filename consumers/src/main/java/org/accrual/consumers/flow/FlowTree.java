package org.accrual.consumers.flow;

import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import org.accrual.api.query.v1.FlowNode;
import org.accrual.api.query.v1.FlowNodeKind;
import org.accrual.api.query.v1.FlowNodeState;

/** Makes the nodes of a flow of what the database knows. Pure. */
final class FlowTree {
  private static final int MOST_NODES = 2000;

  private static final Comparator<FlowNode> BY_TIME =
      Comparator.comparing(FlowTree::writtenAt)
          .thenComparingLong(FlowNode::getVersion)
          .thenComparing(FlowNode::getNodeId);

  private FlowTree() {}

  /** At most 2000, each after what caused it, then by time. */
  static List<FlowNode> of(FlowData data, Instant now) {
    Map<String, NodeDraft> messages = new LinkedHashMap<>();
    Map<String, FlowNode> nodes = new LinkedHashMap<>();
    for (FlowRow row : data.rows()) {
      switch (row.step()) {
        case "command" -> nodes.merge(row.messageId(), command(row), FlowTree::better);
        case "notified" -> nodes.put(row.messageId(), notification(row));
        case "written" -> draft(messages, row).written(row);
        case "relayed" -> draft(messages, row).relayed(row);
        default -> draft(messages, row).hop(row);
      }
    }
    messages.forEach(
        (id, draft) -> {
          // Without a word of its writing, as of garbage that was parked, it is no message of ours.
          if (!draft.writtenAt().equals(Instant.MAX)) {
            nodes.put(id, draft.build(data, now));
          }
        });
    return inOrder(nodes);
  }

  private static Instant writtenAt(FlowNode node) {
    return Instant.ofEpochSecond(node.getWriteTime().getSeconds(), node.getWriteTime().getNanos());
  }

  private static NodeDraft draft(Map<String, NodeDraft> messages, FlowRow row) {
    return messages.computeIfAbsent(row.messageId(), NodeDraft::new);
  }

  /** A command that failed and was then accepted has been accepted. */
  private static FlowNode better(FlowNode one, FlowNode other) {
    return one.getState() == FlowNodeState.FLOW_NODE_STATE_DONE ? one : other;
  }

  private static FlowNode command(FlowRow row) {
    return FlowNode.newBuilder()
        .setNodeId(row.messageId())
        .setKind(FlowNodeKind.FLOW_NODE_KIND_COMMAND)
        .setType(Kinds.method(row.type()))
        .setService(row.service())
        .setState(
            row.outcome().equals("accepted")
                ? FlowNodeState.FLOW_NODE_STATE_DONE
                : FlowNodeState.FLOW_NODE_STATE_REFUSED)
        .setDetail(row.detail())
        .setWriteTime(Times.of(row.at()))
        .setCorrelationId(row.correlationId())
        .build();
  }

  private static FlowNode notification(FlowRow row) {
    FlowNode.Builder node =
        FlowNode.newBuilder()
            .setNodeId(row.messageId())
            .setCauseId(row.causationId())
            .setKind(FlowNodeKind.FLOW_NODE_KIND_NOTIFICATION)
            .setType(row.type())
            .setService(row.service())
            .setState(Kinds.notification(row.outcome()))
            .setDetail(row.outcome().equals("sent") ? "" : row.detail())
            .setWriteTime(Times.of(row.beganAt().orElse(row.at())))
            .setKey(row.key())
            .setCorrelationId(row.correlationId());
    if (row.outcome().equals("sent")) {
      node.setSendTime(Times.of(row.at()));
    }
    return node.build();
  }

  private static List<FlowNode> inOrder(Map<String, FlowNode> nodes) {
    Map<String, List<FlowNode>> effects = new HashMap<>();
    PriorityQueue<FlowNode> next = new PriorityQueue<>(BY_TIME);
    for (FlowNode node : nodes.values()) {
      String cause = node.getCauseId();
      if (nodes.containsKey(cause) && !cause.equals(node.getNodeId())) {
        effects.computeIfAbsent(cause, _ -> new ArrayList<>()).add(node);
      } else {
        next.add(node.toBuilder().clearCauseId().build());
      }
    }
    List<FlowNode> ordered = new ArrayList<>(nodes.size());
    while (!next.isEmpty() && ordered.size() < MOST_NODES) {
      FlowNode node = next.poll();
      ordered.add(node);
      next.addAll(effects.getOrDefault(node.getNodeId(), List.of()));
    }
    return ordered;
  }
}
