package org.accrual.local;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class BackoffTest {
  private static final Duration SHORT_LIFE = Duration.ofSeconds(1);

  private final Backoff backoff = new Backoff();

  @Test
  void doublesUpToItsBound() {
    List<Long> waits =
        Stream.generate(() -> backoff.after(SHORT_LIFE).toMillis()).limit(7).toList();

    assertThat(waits).containsExactly(250L, 500L, 1000L, 2000L, 4000L, 5000L, 5000L);
  }

  @Test
  void beginsAnewAfterASteadyLife() {
    backoff.after(SHORT_LIFE);
    backoff.after(SHORT_LIFE);

    assertThat(backoff.after(Backoff.STEADY)).isEqualTo(Backoff.FIRST);
    assertThat(backoff.after(SHORT_LIFE)).isEqualTo(Backoff.FIRST.multipliedBy(2));
  }
}
