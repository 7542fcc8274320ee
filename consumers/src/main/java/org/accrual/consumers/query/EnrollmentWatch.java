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

  /** No command leads on from these; an assessment and a withdrawal can be corrected. */
  private static final Set<EnrollmentState> ENDED =
      Set.of(
          EnrollmentState.ENROLLMENT_STATE_OFF_STUDY,
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
    streams.start("WatchEnrollment", answer, stream -> send(stream, id, after));
  }

  /** Returns the version seen last; 0 if none was. */
  private static long after(UUID id, String token) {
    if (token.isEmpty()) {
      return 0;
    }
    return ConsistencyToken.decode(token)
        .filter(t -> t.streamType().equals("enrollment") && t.streamId().equals(id.toString()))
        .orElseThrow(() -> Errors.invalid(AFTER, "is not a consistency_token of this enrollment"))
        .version();
  }

  private void send(ServerStream<WatchEnrollmentResponse> stream, UUID id, long after)
      throws InterruptedException {
    StreamKey key = new StreamKey(Topics.ENROLLMENT_EVENTS, id.toString());
    long last = after;
    while (stream.isOpen()) {
      // Read before the history, which therefore has everything up to it. The history may end
      // before it: an event that was given up is in neither.
      long applied = version(key);
      // The event seen last is read with them: its state says whether anything can follow.
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
      if (!events.isEmpty() && ENDED.contains(events.getLast().getState())) {
        return;
      }
      awaitNext(stream, key, Math.max(last, applied) + 1);
    }
  }

  private long version(StreamKey key) {
    try {
      return progress.version(key);
    } catch (SQLException away) {
      throw DatabaseErrors.of(away);
    }
  }

  private void awaitNext(ServerStream<?> stream, StreamKey key, long next)
      throws InterruptedException {
    try {
      while (stream.isOpen() && !progress.await(key, next, ServerStream.LOOK)) {
        // Nothing new; check whether the caller still listens.
      }
    } catch (SQLException away) {
      throw DatabaseErrors.of(away);
    }
  }
}
