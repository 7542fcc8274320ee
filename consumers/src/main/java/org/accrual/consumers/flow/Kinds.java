package org.accrual.consumers.flow;

import org.accrual.api.query.v1.FlowNodeKind;
import org.accrual.api.query.v1.FlowNodeState;
import org.accrual.api.query.v1.HopOutcome;
import org.accrual.contract.Topics;

/** What texts of {@code ops.flow} are in the contract. */
final class Kinds {
  private Kinds() {}

  static FlowNodeKind of(String topic, String service) {
    if (Topics.EVENT_TOPICS.contains(topic)) {
      return FlowNodeKind.FLOW_NODE_KIND_EVENT;
    }
    if (Topics.COMMAND_TOPICS.contains(topic)) {
      return FlowNodeKind.FLOW_NODE_KIND_SAGA_COMMAND;
    }
    return Topics.ANSWER_TOPICS.contains(topic)
        ? FlowNodeKind.FLOW_NODE_KIND_SAGA_ANSWER
        : FlowNodeKind.FLOW_NODE_KIND_MESSAGE;
  }

  static HopOutcome outcome(FlowRow row) {
    return switch (row.outcome()) {
      case "applied" -> HopOutcome.HOP_OUTCOME_APPLIED;
      case "retried" -> HopOutcome.HOP_OUTCOME_RETRIED;
      case "parked" -> HopOutcome.HOP_OUTCOME_PARKED;
      case "duplicate" -> HopOutcome.HOP_OUTCOME_DUPLICATE;
      case "discarded" -> HopOutcome.HOP_OUTCOME_DISCARDED;
      default -> throw new IllegalStateException("no outcome of a hop: " + row.outcome());
    };
  }

  /** Of a mail or text, by its state. */
  static FlowNodeState notification(String state) {
    return switch (state) {
      case "sent" -> FlowNodeState.FLOW_NODE_STATE_DONE;
      case "refused" -> FlowNodeState.FLOW_NODE_STATE_REFUSED;
      case "in-doubt" -> FlowNodeState.FLOW_NODE_STATE_IN_DOUBT;
      case "skipped" -> FlowNodeState.FLOW_NODE_STATE_SKIPPED;
      default -> FlowNodeState.FLOW_NODE_STATE_WAITING;
    };
  }

  /** {@code EnrollPatient} of a method's full name. */
  static String method(String fullName) {
    return fullName.substring(fullName.lastIndexOf('/') + 1);
  }
}
