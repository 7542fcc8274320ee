package org.accrual.consumers.flow;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.UUID;
import org.accrual.api.query.v1.FlowNode;
import org.accrual.api.query.v1.FlowNodeKind;
import org.accrual.api.query.v1.FlowNodeState;
import org.accrual.api.query.v1.Hop;
import org.accrual.api.query.v1.HopOutcome;
import org.accrual.consumers.flow.FlowData.At;
import org.junit.jupiter.api.Test;

class FlowTreeTest {
  private static final Instant BEGIN = Instant.parse("2026-03-04T05:06:07Z");
  private static final String TOPIC = "accrual.enrollment.events";
  private static final String FIRST = "0192f000-0000-7000-8000-000000000001";
  private static final String SECOND = "0192f000-0000-7000-8000-000000000002";
  private static final UUID RELAYED = UUID.fromString("0192ffff-0000-7000-8000-000000000000");

  private final List<FlowRow> rows = new ArrayList<>();
  private List<Subscription> subscriptions = List.of();
  private Map<At, String> letters = Map.of();

  @Test
  void nodesComeAfterWhatCausedThemAndCarryTheirHops() {
    told(SECOND, FIRST, 2, 8);
    told(FIRST, "request-1", 1, 7);
    rows.add(row("command", "enrollment-core", "accepted", "request-1", "", 0, -1, ""));
    rows.add(row("consumed", "audit", "applied", FIRST, "request-1", 30, 7, ""));
    rows.add(row("notified", "notification", "sent", "mail", SECOND, 40, -1, "250 OK"));

    List<FlowNode> nodes = nodes();

    assertThat(nodes)
        .extracting(FlowNode::getNodeId)
        .containsExactly("request-1", FIRST, SECOND, "mail");
    assertThat(nodes)
        .extracting(FlowNode::getCauseId)
        .containsExactly("", "request-1", FIRST, SECOND);
    assertThat(nodes)
        .extracting(FlowNode::getKind)
        .containsExactly(
            FlowNodeKind.FLOW_NODE_KIND_COMMAND,
            FlowNodeKind.FLOW_NODE_KIND_EVENT,
            FlowNodeKind.FLOW_NODE_KIND_EVENT,
            FlowNodeKind.FLOW_NODE_KIND_NOTIFICATION);
    assertThat(nodes)
        .extracting(FlowNode::getState)
        .containsOnly(FlowNodeState.FLOW_NODE_STATE_DONE);
    FlowNode first = nodes.get(1);
    assertThat(first.getOffset()).isEqualTo(7);
    Hop hop = first.getHops(0);
    assertThat(hop.getConsumer()).isEqualTo("audit");
    assertThat(hop.getWaited().getNanos()).isEqualTo(5_000_000);
    assertThat(hop.getWorked().getNanos()).isEqualTo(20_000_000);
  }

  @Test
  void whoHasNotTakenAMessageInIsWaitedForAndWhoIsPastItHasTakenIt() {
    told(FIRST, "", 1, 7);
    subscriptions =
        List.of(
            new Subscription("audit", TOPIC, Map.of(0, 8L), BEGIN),
            new Subscription("projection", TOPIC, Map.of(0, 7L), Instant.EPOCH));

    FlowNode node = nodes().getFirst();

    assertThat(node.getState()).isEqualTo(FlowNodeState.FLOW_NODE_STATE_WAITING);
    assertThat(node.getHopsList())
        .extracting(Hop::getConsumer, Hop::getOutcome)
        .containsExactly(
            org.assertj.core.groups.Tuple.tuple("audit", HopOutcome.HOP_OUTCOME_TAKEN),
            org.assertj.core.groups.Tuple.tuple("projection", HopOutcome.HOP_OUTCOME_WAITING));
  }

  @Test
  void theWorstOfTheLastWordsCounts() {
    told(FIRST, "", 1, 7);
    rows.add(row("consumed", "audit", "retried", FIRST, "", 10, 7, "away"));
    assertThat(nodes().getFirst().getState()).isEqualTo(FlowNodeState.FLOW_NODE_STATE_RETRYING);

    rows.add(row("consumed", "audit", "applied", FIRST, "", 20, 7, ""));
    assertThat(nodes().getFirst().getState()).isEqualTo(FlowNodeState.FLOW_NODE_STATE_DONE);

    rows.add(row("consumed", "projection", "parked", FIRST, "", 30, 7, "bad"));
    letters = Map.of(new At("projection", FIRST), "letter");
    FlowNode parked = nodes().getFirst();
    assertThat(parked.getState()).isEqualTo(FlowNodeState.FLOW_NODE_STATE_PARKED);
    assertThat(parked.getHopsList().getLast().getLetterId()).isEqualTo("letter");
    assertThat(parked.getHopsList().getLast().getParkedNow()).isTrue();

    rows.add(row("discarded", "projection", "discarded", FIRST, "", 40, 7, "bad"));
    assertThat(nodes().getFirst().getState()).isEqualTo(FlowNodeState.FLOW_NODE_STATE_DONE);
  }

  @Test
  void whatTheRelayHasNotToldOfIsInTheOutbox() {
    String late = "0192ffff-ffff-7000-8000-000000000000";
    rows.add(row("written", "enrollment-core", "written", late, "", 1, -1, ""));
    assertThat(nodes().getFirst().getState()).isEqualTo(FlowNodeState.FLOW_NODE_STATE_IN_OUTBOX);
  }

  @Test
  void aRefusedCommandIsAFlowOfItsOwn() {
    rows.add(row("command", "enrollment-core", "refused", "r", "", 0, -1, "STUDY_NOT_ACTIVE"));
    FlowNode refused = nodes().getFirst();
    assertThat(refused.getState()).isEqualTo(FlowNodeState.FLOW_NODE_STATE_REFUSED);
    assertThat(refused.getDetail()).isEqualTo("STUDY_NOT_ACTIVE");
    assertThat(refused.getType()).isEqualTo("EnrollPatient");
  }

  private List<FlowNode> nodes() {
    return FlowTree.of(
        new FlowData(rows, subscriptions, letters, Optional.of(RELAYED), false),
        BEGIN.plusSeconds(60));
  }

  private void told(String id, String cause, int after, long offset) {
    rows.add(row("written", "enrollment-core", "written", id, cause, after, offset, ""));
    rows.add(row("relayed", "outbox-relay", "relayed", id, cause, after + 4, offset, ""));
  }

  /** A consumer's hop began 20 ms before it ended. */
  private static FlowRow row(
      String step,
      String service,
      String outcome,
      String id,
      String cause,
      int millis,
      long offset,
      String detail) {
    boolean consumed = step.equals("consumed");
    return new FlowRow(
        "c-1",
        BEGIN.plusMillis(millis),
        step,
        service,
        step.equals("command") ? "accrual.enrollment.v1.EnrollmentService/EnrollPatient" : "type",
        outcome,
        id,
        cause,
        step.equals("command") || step.equals("notified") ? "" : TOPIC,
        offset < 0 ? OptionalInt.empty() : OptionalInt.of(0),
        offset < 0 ? OptionalLong.empty() : OptionalLong.of(offset),
        "key",
        0,
        1,
        detail,
        consumed ? Optional.of(BEGIN.plusMillis(millis - 20L)) : Optional.empty());
  }
}
