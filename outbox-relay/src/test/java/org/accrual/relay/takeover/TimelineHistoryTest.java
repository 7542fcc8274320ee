package org.accrual.relay.takeover;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TimelineHistoryTest {
  @Test
  @DisplayName("Each earlier timeline has the LSN at which the server left it")
  void readsSwitches() {
    TimelineHistory history =
        TimelineHistory.parse(
            """
            1\t0/5000148\tno recovery target specified

            # a comment
            \t2\t1A/F0000000\tbefore 2026-11-30 12:00:00+00
            4 1B/00000028
            """);

    assertThat(history.switchPoint(1)).contains(0x5000148L);
    assertThat(history.switchPoint(2)).contains(0x1A_F000_0000L);
    assertThat(history.switchPoint(3)).isEmpty();
    assertThat(history.switchPoint(4)).contains(0x1B_0000_0028L);
    assertThat(history.switchPoint(5)).isEmpty();
  }

  @Test
  @DisplayName("A history without a switch has no earlier timeline")
  void readsNothing() {
    assertThat(TimelineHistory.parse("# nothing\n")).isEqualTo(TimelineHistory.NONE);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "1",
        "one\t0/1\treason",
        "1\tnowhere\treason",
        "1\t0/1\tx\n1\t0/2\tx",
        "2\t0/1\tx\n1\t0/2\tx",
        "12345678901\t0/1\tx"
      })
  @DisplayName("A line that is neither a switch nor a comment is an error")
  void refusesOther(String content) {
    assertThatThrownBy(() -> TimelineHistory.parse(content))
        .isInstanceOf(IllegalArgumentException.class);
  }
}
