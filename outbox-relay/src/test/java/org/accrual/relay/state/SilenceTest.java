package org.accrual.relay.state;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class SilenceTest {
  private final AtomicLong clock = new AtomicLong(Long.MAX_VALUE - 5);
  private final Silence silence = new Silence(clock::get);

  @Test
  @DisplayName("It lasts since the last delivery or heartbeat")
  void lastsSinceTheLastSign() {
    clock.addAndGet(Duration.ofSeconds(3).toNanos());
    assertThat(silence.length()).isEqualTo(Duration.ofSeconds(3));

    silence.end();

    assertThat(silence.length()).isZero();
  }

  @Test
  @DisplayName("A delivery that takes long is no silence")
  void doesNotCountDeliveries() {
    silence.deliver();
    clock.addAndGet(Duration.ofMinutes(10).toNanos());
    assertThat(silence.length()).isZero();

    silence.end();

    assertThat(silence.length()).isZero();
  }
}
