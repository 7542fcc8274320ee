package org.accrual.consumers.query;

import io.grpc.stub.StreamObserver;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.sql.SQLException;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import org.accrual.api.enrollment.v1.EnrollmentState;
import org.accrual.api.query.v1.WatchEnrollmentRequest;
import org.accrual.api.query.v1.WatchEnrollmentResponse;
import org.accrual.consumers.projection.ProjectionProgress;
import org.accrual.contract.ConsistencyToken;
import org.accrual.contract.Topics;
import org.accrual.intake.StreamKey;
import org.accrual.runtime.grpc.Errors;
import org.accrual.runtime.grpc.ServerStream;
import org.accrual.runtime.grpc.ServerStreams;

/** WatchEnrollment: tells what is there, then waits for the next event, until the end. */
@ApplicationScoped
class EnrollmentWatch {
  private static final String AFTER = "after_consistency_token";
  private static final int PAGE = 100;
  private static final Set<EnrollmentState> ENDED =
      Set.of(
          EnrollmentState.ENROLLMENT_STATE_INELIGIBLE,
          EnrollmentState.ENROLLMENT_STATE_OFF_STUDY,
          EnrollmentState.ENROLLMENT_STATE_WITHDRAWN,
          EnrollmentState.ENROLLMENT_STATE_NOT_REGISTERED);

  private final ConsistencyWait consistency;
  private final HistoryReader history;
  private final ProjectionProgress progress;
  private final ServerStreams streams;

  @Inject
  EnrollmentWatch(
      ConsistencyWait consistency,
      HistoryReader history,
      ProjectionProgress progress,
      ServerStreams streams) {
    this.consistency = consistency;
    this.history = history;
    this.progress = progress;
    this.streams = streams;
  }

  void watch(WatchEnrollmentRequest request, StreamObserver<WatchEnrollmentResponse> answer) {
    UUID id = UUID.fromString(request.getEnrollmentId());
    long after = after(id, request.getAfterConsistencyToken());
    consistency.until(AFTER, request.getAfterConsistencyToken(), progress);
    if (history.from(id, 0, 1).isEmpty()) {
      throw EnrollmentQueries.notFound(request.getEnrollmentId());
    }
    streams.start("WatchEnrollment", answer, stream -> tell(stream, id, after));
  }

  /** The version seen last: 0 if none was. */
  private static long after(UUID id, String token) {
    if (token.isEmpty()) {
      return 0;
    }
    return ConsistencyToken.decode(token)
        .filter(t -> t.streamType().equals("enrollment") && t.streamId().equals(id.toString()))
        .orElseThrow(() -> Errors.invalid(AFTER, "is not a consistency_token of this enrollment"))
        .version();
  }

  private void tell(ServerStream<WatchEnrollmentResponse> stream, UUID id, long after)
      throws InterruptedException {
    long last = after;
    while (stream.isOpen()) {
      // The event seen last comes with them: where it led says whether anything can follow.
      List<WatchEnrollmentResponse> events = history.from(id, last, PAGE);
      for (WatchEnrollmentResponse event : events) {
        if (event.getVersion() > last) {
          if (!stream.send(event)) {
            return;
          }
          last = event.getVersion();
        }
      }
      if (events.size() == PAGE) {
        continue;
      }
      if (ENDED.contains(events.getLast().getState())) {
        return;
      }
      awaitNext(stream, id, last);
    }
  }

  private void awaitNext(ServerStream<?> stream, UUID id, long last) throws InterruptedException {
    StreamKey key = new StreamKey(Topics.ENROLLMENT_EVENTS, id.toString());
    try {
      while (stream.isOpen() && !progress.await(key, last + 1, ServerStream.LOOK)) {
        // Nothing new; look whether anybody listens still.
      }
    } catch (SQLException away) {
      throw DatabaseErrors.of(away);
    }
  }
}
