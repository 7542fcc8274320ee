package org.accrual.consumers.query;

import com.google.rpc.Code;
import io.grpc.Context;
import io.grpc.Deadline;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.accrual.consumers.progress.ConsumerProgress;
import org.accrual.consumers.projection.ProjectionProgress;
import org.accrual.contract.ConsistencyToken;
import org.accrual.contract.Topics;
import org.accrual.intake.StreamKey;
import org.accrual.runtime.grpc.Errors;

/**
 * Holds a query back until the consumer that it reads from has reached what its {@code
 * min_consistency_token} names: nine tenths of what the call's deadline leaves, so that the answer
 * still arrives, and at most 10 s.
 */
@ApplicationScoped
public class ConsistencyWait {
  private static final String FIELD = "min_consistency_token";
  private static final Duration LONGEST = Duration.ofSeconds(10);
  private static final Duration RETRY_DELAY = Duration.ofMillis(500);
  private static final Duration RETRY_PARKED = Duration.ofSeconds(30);
  private static final List<String> STREAM_TYPES = List.of("study", "site", "enrollment");

  private final ProjectionProgress progress;

  @Inject
  ConsistencyWait(ProjectionProgress progress) {
    this.progress = progress;
  }

  /**
   * Returns once the projection has reached the token; at once if it is empty. Throws what the
   * client gets if not.
   */
  void until(String encoded) {
    until(encoded, progress);
  }

  /** The same for what another consumer wrote. */
  public void until(String encoded, ConsumerProgress progress) {
    until(FIELD, encoded, progress);
  }

  /** The same for a token in another field. */
  void until(String field, String encoded, ConsumerProgress progress) {
    if (encoded.isEmpty()) {
      return;
    }
    ConsistencyToken token =
        ConsistencyToken.decode(encoded)
            .filter(t -> STREAM_TYPES.contains(t.streamType()))
            .orElseThrow(
                () -> Errors.invalid(field, "is not a consistency_token of an earlier answer"));
    try {
      switch (progress.awaitUnlessParked(stream(token), token.version(), longest())) {
        case REACHED -> {}
        case PARKED -> throw parked(token, progress);
        case BEHIND -> throw behind(token, progress);
      }
    } catch (SQLException away) {
      throw DatabaseErrors.of(away);
    } catch (InterruptedException ending) {
      Thread.currentThread().interrupt();
      throw behind(token, progress);
    }
  }

  private static StreamKey stream(ConsistencyToken token) {
    return new StreamKey(Topics.of(token.streamType() + ".events"), token.streamId());
  }

  /**
   * Returns how long the current call may wait: nine tenths of what its deadline leaves, 10 s at
   * most.
   */
  static Duration longest() {
    Deadline deadline = Context.current().getDeadline();
    if (deadline == null) {
      return LONGEST;
    }
    Duration left = Duration.ofMillis(Math.max(0, deadline.timeRemaining(TimeUnit.MILLISECONDS)));
    Duration usable = left.multipliedBy(9).dividedBy(10);
    return usable.compareTo(LONGEST) < 0 ? usable : LONGEST;
  }

  private static RuntimeException behind(ConsistencyToken token, ConsumerProgress progress) {
    return unavailable(
        token,
        "PROJECTION_BEHIND",
        progress.consumer() + " has not reached version %d of %s %s yet",
        RETRY_DELAY);
  }

  private static RuntimeException parked(ConsistencyToken token, ConsumerProgress progress) {
    return unavailable(
        token,
        "PROJECTION_PARKED",
        "version %d of %s %s stands in the dead letters of "
            + progress.consumer()
            + ": an operator has to redrive or discard",
        RETRY_PARKED);
  }

  private static RuntimeException unavailable(
      ConsistencyToken token, String reason, String message, Duration retryDelay) {
    return Errors.retryable(
        Code.UNAVAILABLE,
        reason,
        message.formatted(token.version(), token.streamType(), token.streamId()),
        Map.of(
            "stream_type", token.streamType(),
            "stream_id", token.streamId(),
            "version", Long.toString(token.version())),
        retryDelay);
  }
}
