package org.accrual.relay.stream.source;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class HeartbeatContentTest {
  private static final Instant AT = Instant.ofEpochMilli(1_772_366_400_123L);

  @Test
  @DisplayName(
      "It carries the publication's version, the place that it vouches for and the database's time")
  void carriesVersionAndTime() {
    assertThat(HeartbeatContent.parse("16500.741/16502.742 1/A0 1772366400123"))
        .contains(new HeartbeatContent("16500.741/16502.742", 0x1_0000_00A0L, AT));
  }

  @Test
  @DisplayName("The version is empty while there is no publication")
  void hasNoVersionWithoutAPublication() {
    assertThat(HeartbeatContent.parse(" 0/1 1772366400123"))
        .contains(new HeartbeatContent("", 1, AT));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "16500.741/16502.742",
        "a b",
        "a 0/1",
        "a 0/1 2 3",
        "a 0/1 -1",
        "a 1 2",
        "a 0/1 9999999999999999"
      })
  @DisplayName("Anything else is not a heartbeat's content")
  void refusesAnythingElse(String content) {
    assertThat(HeartbeatContent.parse(content)).isEmpty();
  }
}
