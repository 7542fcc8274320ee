package org.accrual.consumers.flow;

import io.grpc.stub.StreamObserver;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import org.accrual.api.query.v1.WatchPipelineResponse;
import org.accrual.runtime.grpc.ServerStream;
import org.accrual.runtime.grpc.ServerStreams;

/** WatchPipeline: tells every caller the last look, once a second. */
@ApplicationScoped
class PipelineWatch {
  private final Pipeline pipeline;
  private final ServerStreams streams;

  @Inject
  PipelineWatch(Pipeline pipeline, ServerStreams streams) {
    this.pipeline = pipeline;
    this.streams = streams;
  }

  void watch(StreamObserver<WatchPipelineResponse> answer) {
    streams.start("WatchPipeline", answer, this::tell);
  }

  private void tell(ServerStream<WatchPipelineResponse> stream) throws InterruptedException {
    boolean on = true;
    while (on && stream.isOpen()) {
      WatchPipelineResponse now = pipeline.latest();
      if (now.hasTime() && !stream.send(now)) {
        return;
      }
      on = pipeline.awaitNext();
    }
  }
}
