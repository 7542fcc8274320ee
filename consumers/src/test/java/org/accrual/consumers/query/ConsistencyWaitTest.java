package org.accrual.consumers.query;

import static org.assertj.core.api.Assertions.assertThat;

import io.grpc.Context;
import io.grpc.Deadline;
import java.time.Duration;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** How long a query waits for its token. */
class ConsistencyWaitTest {
  private final ScheduledThreadPoolExecutor deadlines = new ScheduledThreadPoolExecutor(1);

  @AfterEach
  void close() {
    deadlines.shutdownNow();
  }

  @Test
  @DisplayName("Without a deadline a query waits ten seconds")
  void tenSecondsWithoutADeadline() {
    assertThat(ConsistencyWait.longest()).isEqualTo(Duration.ofSeconds(10));
  }

  @Test
  @DisplayName("With a long deadline it waits no longer than ten seconds")
  void tenSecondsAtMost() throws Exception {
    assertThat(longestWithin(60_000)).isEqualTo(Duration.ofSeconds(10));
  }

  @Test
  @DisplayName("With a short deadline a tenth of the time is left for the answer")
  void nineTenthsOfTheDeadline() throws Exception {
    assertThat(longestWithin(5_000))
        .isLessThanOrEqualTo(Duration.ofMillis(4_500))
        .isGreaterThan(Duration.ZERO);
  }

  @Test
  @DisplayName("After the deadline it does not wait")
  void notAtAllAfterTheDeadline() throws Exception {
    assertThat(longestWithin(-1)).isEqualTo(Duration.ZERO);
  }

  private Duration longestWithin(long millis) throws Exception {
    try (Context.CancellableContext call =
        Context.current().withDeadline(Deadline.after(millis, TimeUnit.MILLISECONDS), deadlines)) {
      return call.call(ConsistencyWait::longest);
    }
  }
}
