package org.accrual.core;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import org.junit.jupiter.api.Test;

class TemporaryPropertiesTest {
  private static final String SET = "accrual.test.set-before";
  private static final String UNSET = "accrual.test.unset-before";

  @Test
  void theValuesOfBeforeAreRestored() {
    System.setProperty(SET, "before");
    try (var _ = new TemporaryProperties(Map.of(SET, "now", UNSET, "now"))) {
      assertThat(System.getProperty(SET)).isEqualTo("now");
      assertThat(System.getProperty(UNSET)).isEqualTo("now");
    }
    assertThat(System.getProperty(SET)).isEqualTo("before");
    assertThat(System.getProperty(UNSET)).isNull();
    System.clearProperty(SET);
  }
}
