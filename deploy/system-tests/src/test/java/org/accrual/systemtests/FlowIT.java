package org.accrual.systemtests;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.awaitility.Awaitility.await;

import com.google.longrunning.Operation;
import com.google.rpc.ErrorInfo;
import io.grpc.Metadata;
import io.grpc.Status.Code;
import io.grpc.StatusRuntimeException;
import io.grpc.protobuf.StatusProto;
import io.grpc.stub.MetadataUtils;
import java.time.Duration;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import org.accrual.api.enrollment.v1.EnrollPatientRequest;
import org.accrual.api.query.v1.EventFlowServiceGrpc;
import org.accrual.api.query.v1.EventFlowServiceGrpc.EventFlowServiceBlockingStub;
import org.accrual.api.query.v1.Flow;
import org.accrual.api.query.v1.FlowFilter;
import org.accrual.api.query.v1.FlowNode;
import org.accrual.api.query.v1.FlowNodeKind;
import org.accrual.api.query.v1.FlowNodeState;
import org.accrual.api.query.v1.FlowState;
import org.accrual.api.query.v1.FlowSummary;
import org.accrual.api.query.v1.GetFlowRequest;
import org.accrual.api.query.v1.Hop;
import org.accrual.api.query.v1.HopOutcome;
import org.accrual.api.query.v1.ListFlowsRequest;
import org.accrual.api.query.v1.WatchFlowsRequest;
import org.accrual.api.query.v1.WatchFlowsResponse;
import org.accrual.contract.RequestMetadata;
import org.junit.jupiter.api.Test;

/** What became of a command, hop by hop, through the real processes. */
class FlowIT {
  private static final Duration LIMIT = Duration.ofSeconds(60);
  private static final Metadata.Key<String> CORRELATION =
      Metadata.Key.of(RequestMetadata.CORRELATION_ID, Metadata.ASCII_STRING_MARSHALLER);

  private final TestStack stack = TestStack.shared();
  private final String study =
      "FLOW-" + Long.toString(System.nanoTime(), 36).toUpperCase(java.util.Locale.ROOT);

  @Test
  void anEnrollmentsFlowIsATreeOfAllThatFollowedFromTheCall() {
    try (SiteClient client = stack.client()) {
      client.openSite(study, "S1", 10, "ARM-BLUE", "ARM-RED");
      String correlation = "flow-" + UUID.randomUUID();

      String enrollment = enroll(client, "P-1", correlation);

      Flow flow = whole(client, correlation);
      assertThat(flow.getSummary().getState()).isEqualTo(FlowState.FLOW_STATE_CONFIRMED);
      assertThat(flow.getSummary().getTitle()).isEqualTo("EnrollPatient");
      assertThat(flow.getSummary().getEnrollmentId()).isEqualTo(enrollment);
      assertThat(flow.getSummary().getPatientId()).isEqualTo("P-1");
      assertThat(flow.getSummary().hasEndTime()).isTrue();
      assertForest(flow.getNodesList());
      FlowNode command = flow.getNodes(0);
      assertThat(command.getKind()).isEqualTo(FlowNodeKind.FLOW_NODE_KIND_COMMAND);
      assertThat(command.getType()).isEqualTo("EnrollPatient");
      assertThat(flow.getNodesList())
          .filteredOn(node -> node.getCauseId().isEmpty())
          .containsExactly(command);
      assertThat(flow.getNodesList())
          .extracting(FlowNode::getType)
          .contains(
              "accrual.enrollment.requested.v1",
              "accrual.capacity.reserve-slot.v1",
              "accrual.capacity.slot-reserved.v1",
              "accrual.enrollment.confirmed.v1",
              "email");
      assertThat(flow.getNodesList())
          .filteredOn(node -> node.getKind() == FlowNodeKind.FLOW_NODE_KIND_EVENT)
          .allSatisfy(
              event -> {
                assertThat(event.hasOffset()).isTrue();
                assertThat(event.hasRelayTime()).isTrue();
                assertThat(event.getHopsList())
                    .extracting(Hop::getConsumer)
                    .contains("projection", "analytics", "audit", "notification");
              });
      assertThat(flow.toString()).doesNotContain("ARM-BLUE").doesNotContain("ARM-RED");
      assertThat(
              stack
                  .evidence()
                  .rows(
                      "select string_agg(distinct step, ' ' order by step) from ops.flow where correlation_id = ?",
                      correlation))
          .containsExactly("command consumed notified relayed written");

      assertTold(correlation, enrollment);

      // The same by its enrollment, and in lists.
      Flow byEnrollment =
          flows(client)
              .getFlow(GetFlowRequest.newBuilder().setEnrollmentId(enrollment).build())
              .getFlow();
      assertThat(byEnrollment.getNodesList()).isEqualTo(flow.getNodesList());
      assertThat(list(client, FlowFilter.newBuilder().setPatientId("P-1")))
          .contains(flow.getSummary());
      assertThat(list(client, FlowFilter.newBuilder().setEnrollmentId(enrollment)))
          .containsExactly(flow.getSummary());
      assertThat(list(client, FlowFilter.newBuilder().setState(FlowState.FLOW_STATE_CONFIRMED)))
          .contains(flow.getSummary());
      assertThat(list(client, FlowFilter.newBuilder().setState(FlowState.FLOW_STATE_RUNNING)))
          .doesNotContain(flow.getSummary());
    }
  }

  /** Events, outbox records and audit entries name the conversation, and what caused each. */
  private void assertTold(String correlation, String enrollment) {
    Evidence evidence = stack.evidence();
    assertThat(
            evidence.rows(
                "select distinct metadata ->> 'ce_correlationid' from enrollment.event where stream_id = ?",
                enrollment))
        .containsExactly(correlation);
    assertThat(
            evidence.rows(
                """
                select m.type from outbox.message m
                 where m.headers ->> 'ce_correlationid' = ?
                   and m.headers ->> 'ce_causationid' <> 'enroll-' || ? || '-P-1'
                   and not exists (select from outbox.message c where c.id::text = m.headers ->> 'ce_causationid')
                """,
                correlation,
                study))
        .isEmpty();
    assertThat(
            evidence.rows(
                "select count(*) > 10, bool_and(causation_id <> '') from audit.entry where correlation_id = ?",
                correlation))
        .containsExactly("t|t");
  }

  @Test
  void aRefusedCommandIsAFlowToo() throws Exception {
    try (SiteClient client = stack.client()) {
      String correlation = "refused-" + UUID.randomUUID();
      StatusRuntimeException refusal =
          catchThrowableOfType(
              StatusRuntimeException.class,
              () -> send(client, SiteClient.enroll("NONE", "S1", "P-1"), correlation));
      assertThat(refusal.getStatus().getCode()).isEqualTo(Code.NOT_FOUND);
      assertThat(
              StatusProto.fromThrowable(refusal)
                  .getDetails(0)
                  .unpack(ErrorInfo.class)
                  .getMetadataMap())
          .containsEntry("correlation_id", correlation);

      Flow flow = whole(client, correlation);

      assertThat(flow.getSummary().getState()).isEqualTo(FlowState.FLOW_STATE_REFUSED);
      assertThat(flow.getSummary().getReason()).isEqualTo("STUDY_NOT_FOUND");
      assertThat(flow.getNodesList())
          .extracting(FlowNode::getState)
          .containsExactly(FlowNodeState.FLOW_NODE_STATE_REFUSED);
    }
  }

  @Test
  void aWatchedFlowDrawsItselfAndAnUnknownOneIsSaidToBe() {
    try (SiteClient client = stack.client()) {
      client.openSite(study, "S1", 10);
      String correlation = "watched-" + UUID.randomUUID();
      StatusRuntimeException unknown =
          catchThrowableOfType(
              StatusRuntimeException.class,
              () ->
                  flows(client)
                      .getFlow(GetFlowRequest.newBuilder().setCorrelationId(correlation).build()));
      assertThat(unknown.getStatus().getCode()).isEqualTo(Code.NOT_FOUND);
      Iterator<WatchFlowsResponse> watched =
          flows(client)
              .watchFlows(WatchFlowsRequest.newBuilder().setCorrelationId(correlation).build());

      enroll(client, "P-2", correlation);

      int nodes = 0;
      Flow now;
      do {
        now = watched.next().getFlow();
        assertThat(now.getNodesCount()).isGreaterThanOrEqualTo(nodes);
        nodes = now.getNodesCount();
      } while (!isComplete(now));
    }
  }

  private String enroll(SiteClient client, String patient, String correlation) {
    EnrollPatientRequest request = SiteClient.enroll(study, "S1", patient);
    send(client, request, correlation);
    Operation operation = client.enrolled(request);
    assertThat(operation.hasResponse()).as(operation.toString()).isTrue();
    return SiteClient.metadata(operation).getEnrollmentId();
  }

  private static void send(SiteClient client, EnrollPatientRequest request, String correlation) {
    Metadata sent = new Metadata();
    sent.put(CORRELATION, correlation);
    SiteClient.untilAnswered(
        () ->
            client
                .enrollments()
                .withInterceptors(MetadataUtils.newAttachHeadersInterceptor(sent))
                .enrollPatient(request));
  }

  /** Once nothing of it is under way any more. */
  private static Flow whole(SiteClient client, String correlation) {
    GetFlowRequest request = GetFlowRequest.newBuilder().setCorrelationId(correlation).build();
    return await()
        .atMost(LIMIT)
        .ignoreException(StatusRuntimeException.class)
        .until(() -> flows(client).getFlow(request).getFlow(), FlowIT::isComplete);
  }

  private static boolean isComplete(Flow flow) {
    Set<FlowNodeState> states = new HashSet<>();
    flow.getNodesList().forEach(node -> states.add(node.getState()));
    boolean ended =
        flow.getSummary().getState() == FlowState.FLOW_STATE_REFUSED
            || flow.getNodesList().stream()
                .anyMatch(node -> node.getKind() == FlowNodeKind.FLOW_NODE_KIND_NOTIFICATION);
    return ended
        && !states.contains(FlowNodeState.FLOW_NODE_STATE_IN_OUTBOX)
        && !states.contains(FlowNodeState.FLOW_NODE_STATE_WAITING)
        && flow.getNodesList().stream()
            .flatMap(node -> node.getHopsList().stream())
            .allMatch(hop -> hop.getOutcome() == HopOutcome.HOP_OUTCOME_APPLIED);
  }

  private static void assertForest(List<FlowNode> nodes) {
    Set<String> before = new HashSet<>(Set.of(""));
    for (FlowNode node : nodes) {
      assertThat(before).as("the cause of " + node).contains(node.getCauseId());
      before.add(node.getNodeId());
    }
  }

  private static List<FlowSummary> list(SiteClient client, FlowFilter.Builder filter) {
    return flows(client)
        .listFlows(ListFlowsRequest.newBuilder().setFilter(filter).setPageSize(1000).build())
        .getFlowsList();
  }

  private static EventFlowServiceBlockingStub flows(SiteClient client) {
    return EventFlowServiceGrpc.newBlockingStub(client.consumers())
        .withDeadlineAfter(60, TimeUnit.SECONDS);
  }
}
