package org.accrual.core.grpc;

import io.grpc.Context;
import io.grpc.Deadline;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

/**
 * How long calls wait at most; less if the caller's deadline comes before.
 *
 * @param operation WaitOperation
 * @param unblinding Unblind
 */
public record WaitLimits(Duration operation, Duration unblinding) {
  /** What is left of the caller's time for the answer itself. */
  private static final Duration ANSWER = Duration.ofMillis(100);

  @Override
  public Duration unblinding() {
    return beforeDeadline(unblinding);
  }

  /**
   * How long WaitOperation waits.
   *
   * @param asked 0: as long as it may
   */
  Duration operation(Duration asked) {
    Duration limit = asked.isZero() || asked.compareTo(operation) > 0 ? operation : asked;
    return beforeDeadline(limit);
  }

  private static Duration beforeDeadline(Duration limit) {
    Deadline deadline = Context.current().getDeadline();
    if (deadline == null) {
      return limit;
    }
    Duration left =
        Duration.ofNanos(Math.max(0, deadline.timeRemaining(TimeUnit.NANOSECONDS))).minus(ANSWER);
    return left.isNegative() ? Duration.ZERO : left.compareTo(limit) < 0 ? left : limit;
  }
}
