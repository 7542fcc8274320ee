package org.accrual.consumers.flow;

import com.google.rpc.Code;
import io.grpc.BindableService;
import io.grpc.ServerServiceDefinition;
import io.grpc.stub.StreamObserver;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.accrual.api.query.v1.EventFlowServiceGrpc;
import org.accrual.api.query.v1.Flow;
import org.accrual.api.query.v1.GetFlowRequest;
import org.accrual.api.query.v1.GetFlowResponse;
import org.accrual.api.query.v1.ListFlowsRequest;
import org.accrual.api.query.v1.ListFlowsResponse;
import org.accrual.api.query.v1.WatchFlowsRequest;
import org.accrual.api.query.v1.WatchFlowsResponse;
import org.accrual.api.query.v1.WatchPipelineRequest;
import org.accrual.api.query.v1.WatchPipelineResponse;
import org.accrual.runtime.grpc.Errors;

/** EventFlowService. */
@ApplicationScoped
class EventFlowGrpc implements EventFlowServiceGrpc.AsyncService, BindableService {
  private final Flows flows;
  private final FlowLists lists;
  private final FlowWatch watch;
  private final PipelineWatch pipeline;

  @Inject
  EventFlowGrpc(Flows flows, FlowLists lists, FlowWatch watch, PipelineWatch pipeline) {
    this.flows = flows;
    this.lists = lists;
    this.watch = watch;
    this.pipeline = pipeline;
  }

  @Override
  public ServerServiceDefinition bindService() {
    return EventFlowServiceGrpc.bindService(this);
  }

  @Override
  public void getFlow(GetFlowRequest request, StreamObserver<GetFlowResponse> answer) {
    boolean byEnrollment = request.hasEnrollmentId();
    String id = byEnrollment ? request.getEnrollmentId() : request.getCorrelationId();
    Optional<Flow> flow =
        byEnrollment ? flows.ofEnrollment(UUID.fromString(id)) : flows.ofCorrelation(id);
    answer.onNext(
        GetFlowResponse.newBuilder()
            .setFlow(flow.orElseThrow(() -> notFound(byEnrollment, id)))
            .build());
    answer.onCompleted();
  }

  @Override
  public void listFlows(ListFlowsRequest request, StreamObserver<ListFlowsResponse> answer) {
    answer.onNext(lists.list(request));
    answer.onCompleted();
  }

  @Override
  public void watchFlows(WatchFlowsRequest request, StreamObserver<WatchFlowsResponse> answer) {
    watch.watch(request, answer);
  }

  @Override
  public void watchPipeline(
      WatchPipelineRequest request, StreamObserver<WatchPipelineResponse> answer) {
    pipeline.watch(answer);
  }

  private static RuntimeException notFound(boolean byEnrollment, String id) {
    return Errors.of(
        Code.NOT_FOUND,
        "FLOW_NOT_FOUND",
        byEnrollment
            ? "there is no enrollment " + id
            : "nothing is known of a conversation " + id + "; what is older is found by enrollment",
        Map.of(byEnrollment ? "enrollment_id" : "correlation_id", id));
  }
}
