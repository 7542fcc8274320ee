package org.accrual.runtime.liveness;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("A heartbeat")
class HeartbeatTest {
  private static final Duration TICK = Duration.ofSeconds(1);
  private static final Duration LIMIT = Duration.ofSeconds(3);

  private final String name = "loop-" + UUID.randomUUID();
  private final Heartbeat heartbeat = new Heartbeat(name);

  @AfterEach
  void stop() {
    heartbeat.stop();
  }

  private String failureAfter(int ticks) {
    Map<String, String> failures = Map.of();
    for (int i = 0; i < ticks; i++) {
      failures = Heartbeat.failures(TICK, LIMIT);
    }
    return failures.getOrDefault(name, "");
  }

  @Test
  @DisplayName("that is missing for longer than the limit is a failure, until the next one")
  void missing() {
    heartbeat.start();
    assertThat(failureAfter(3)).isEmpty();
    assertThat(failureAfter(1)).contains("no heartbeat since").contains("allowed are 3 s");

    heartbeat.beat();

    assertThat(failureAfter(4)).isEmpty();
    assertThat(failureAfter(1)).isNotEmpty();
  }

  @Test
  @DisplayName("may announce a pause, which does not count")
  void pause() {
    heartbeat.start();
    heartbeat.beat(Duration.ofSeconds(10));
    assertThat(failureAfter(1 + 13)).isEmpty();
    assertThat(failureAfter(1)).isNotEmpty();
  }

  @Test
  @DisplayName("with a limit of its own does not use the general one")
  void ownLimit() {
    Heartbeat strict = new Heartbeat(name + "-strict", Duration.ofSeconds(1));
    strict.start();
    try {
      Heartbeat.failures(TICK, LIMIT);
      assertThat(Heartbeat.failures(TICK, LIMIT)).containsKey(name + "-strict");
    } finally {
      strict.stop();
    }
  }

  @Test
  @DisplayName("of a loop that ends without being stopped is a failure at once, with its cause")
  void endedByItself() {
    Runnable loop =
        heartbeat.watch(
            () -> {
              throw new IllegalStateException("lost its way");
            });
    assertThatThrownBy(loop::run).isInstanceOf(IllegalStateException.class);
    assertThat(failureAfter(1)).contains("has ended").contains("lost its way");
  }

  @Test
  @DisplayName("of a loop that returns without being stopped is a failure, too")
  void returned() {
    heartbeat.watch(() -> {}).run();
    assertThat(failureAfter(1)).contains("has ended").contains("without an error");
  }

  @Test
  @DisplayName("of a loop that was stopped is no failure, whether it was stopped before its start")
  void stopped() {
    heartbeat.stop();
    heartbeat.watch(() -> {}).run();
    assertThat(failureAfter(10)).isEmpty();
    assertThat(Heartbeat.watched()).doesNotContain(name);
  }

  @Test
  @DisplayName("of a loop that is not started is not watched")
  void notStarted() {
    assertThat(failureAfter(10)).isEmpty();
  }
}
