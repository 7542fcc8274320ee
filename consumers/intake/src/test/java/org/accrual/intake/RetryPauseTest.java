package org.accrual.intake;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.Random;
import org.junit.jupiter.api.Test;

class RetryPauseTest {
  private final RetryPause pause = new RetryPause(Duration.ofSeconds(3), new Random(1));

  @Test
  void doublesUpToTheLongestWithJitterBelow() {
    long whole = 100;
    for (int failure = 0; failure < 100; failure++) {
      assertThat(pause.next().toMillis()).isBetween(whole / 2, whole);
      whole = Math.min(2 * whole, 3000);
    }
  }

  @Test
  void beginsAnewAfterSuccess() {
    for (int failure = 0; failure < 10; failure++) {
      pause.next();
    }
    pause.reset();

    assertThat(pause.next()).isLessThanOrEqualTo(Duration.ofMillis(100));
  }
}
