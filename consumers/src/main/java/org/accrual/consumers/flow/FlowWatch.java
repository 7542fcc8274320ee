package org.accrual.consumers.flow;

import io.grpc.stub.StreamObserver;
import jakarta.annotation.Priority;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.context.BeforeDestroyed;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Inject;
import java.time.Duration;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.accrual.api.query.v1.Flow;
import org.accrual.api.query.v1.WatchFlowsRequest;
import org.accrual.api.query.v1.WatchFlowsResponse;
import org.accrual.runtime.grpc.ServerStream;
import org.accrual.runtime.grpc.ServerStreams;

/** WatchFlows: looks again and again, and tells what has changed. */
@ApplicationScoped
class FlowWatch {
  private static final Duration LOOK_AT_FLOW = Duration.ofMillis(250);
  private static final Duration LOOK_AT_LIST = Duration.ofSeconds(1);

  private final Flows flows;
  private final FlowLists lists;
  private final ServerStreams streams;
  private final CountDownLatch stopping = new CountDownLatch(1);

  @Inject
  FlowWatch(Flows flows, FlowLists lists, ServerStreams streams) {
    this.flows = flows;
    this.lists = lists;
    this.streams = streams;
  }

  void watch(WatchFlowsRequest request, StreamObserver<WatchFlowsResponse> answer) {
    switch (request.getSubjectCase()) {
      case CORRELATION_ID ->
          start(answer, LOOK_AT_FLOW, () -> flow(flows.ofCorrelation(request.getCorrelationId())));
      case ENROLLMENT_ID -> {
        UUID id = UUID.fromString(request.getEnrollmentId());
        start(answer, LOOK_AT_FLOW, () -> flow(flows.ofEnrollment(id)));
      }
      case LIST, SUBJECT_NOT_SET ->
          start(
              answer,
              LOOK_AT_LIST,
              () ->
                  Optional.of(
                      WatchFlowsResponse.newBuilder()
                          .setList(lists.list(request.getList()))
                          .build()));
    }
  }

  private static Optional<WatchFlowsResponse> flow(Optional<Flow> flow) {
    return flow.map(now -> WatchFlowsResponse.newBuilder().setFlow(now).build());
  }

  private void start(
      StreamObserver<WatchFlowsResponse> answer,
      Duration pause,
      Supplier<Optional<WatchFlowsResponse>> look) {
    streams.start("WatchFlows", answer, stream -> tell(stream, pause, look));
  }

  private void tell(
      ServerStream<WatchFlowsResponse> stream,
      Duration pause,
      Supplier<Optional<WatchFlowsResponse>> look)
      throws InterruptedException {
    Optional<WatchFlowsResponse> told = Optional.empty();
    while (stream.isOpen()) {
      Optional<WatchFlowsResponse> now = look.get();
      if (now.isPresent() && !now.equals(told) && !stream.send(now.get())) {
        return;
      }
      told = now;
      if (stopping.await(pause.toMillis(), TimeUnit.MILLISECONDS)) {
        return;
      }
    }
  }

  /** With the streams, before the server drains. */
  void stop(
      @Observes @Priority(Integer.MIN_VALUE) @BeforeDestroyed(ApplicationScoped.class)
          Object event) {
    stopping.countDown();
  }
}
