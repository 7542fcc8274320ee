package org.accrual.consumers.flow;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;

class LagHistoryTest {
  private static final Instant BEGIN = Instant.parse("2026-03-04T05:06:07Z");

  private final LagHistory history = new LagHistory();

  @Test
  void aRecordIsAsOldAsTheFirstLookThatSawIt() {
    history.add(BEGIN, 10);
    history.add(BEGIN.plusSeconds(1), 10);
    history.add(BEGIN.plusSeconds(2), 15);
    history.add(BEGIN.plusSeconds(9), 20);

    Instant now = BEGIN.plusSeconds(10);
    assertThat(history.age(12, now)).isEqualTo(Duration.ofSeconds(8));
    assertThat(history.age(15, now)).isEqualTo(Duration.ofSeconds(1));
    assertThat(history.age(20, now)).isZero();
  }

  @Test
  void whatIsOlderThanTheFirstLookIsAtLeastThatOld() {
    history.add(BEGIN, 10);
    assertThat(history.age(3, BEGIN.plusSeconds(7))).isEqualTo(Duration.ofSeconds(7));
  }

  @Test
  void aLongHistoryKeepsItsBeginningAndIsCoarserThere() {
    for (int second = 0; second < 100_000; second++) {
      history.add(BEGIN.plusSeconds(second), second + 1L);
    }
    Instant now = BEGIN.plusSeconds(100_000);
    assertThat(history.age(0, now)).isEqualTo(Duration.ofSeconds(100_000));
    Duration recent = history.age(99_990, now);
    assertThat(recent).isBetween(Duration.ofSeconds(9), Duration.ofSeconds(10));
    Duration middle = history.age(50_000, now);
    assertThat(middle.toSeconds()).isBetween(45_000L, 50_000L);
  }
}
