package org.accrual.local;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Map;
import java.util.Optional;
import org.accrual.runtime.InvalidSetting;
import org.accrual.runtime.Settings;
import org.junit.jupiter.api.Test;

class PortsTest {

  @Test
  void areThoseOfTheReadmeUnlessConfigured() {
    assertThat(ports(Map.of()))
        .isEqualTo(new Ports(7100, 7101, 7200, 7300, 7301, 7400, 7500, 7600, 7700));
  }

  @Test
  void moveTogetherOrOneByOne() {
    Map<String, String> values =
        Map.of("accrual.local.base-port", "9000", "accrual.local.kafka-port", "9092");

    assertThat(ports(values))
        .isEqualTo(new Ports(9100, 9101, 9200, 9300, 9301, 9400, 9092, 9600, 9700));
  }

  @Test
  void mustDiffer() {
    assertThatThrownBy(() -> ports(Map.of("accrual.local.registry-port", "7500")))
        .isInstanceOf(InvalidSetting.class)
        .hasMessageContaining("accrual.local.registry-port")
        .hasMessageContaining("'7500'")
        .hasMessageContaining("kafka");
  }

  @Test
  void ofAStackBesideAreAllFreeAndDiffer() {
    assertThat(Ports.free().byName().values()).hasSize(9).doesNotHaveDuplicates();
  }

  private static Ports ports(Map<String, String> values) {
    return Ports.read(Settings.of(key -> Optional.ofNullable(values.get(key))));
  }
}
