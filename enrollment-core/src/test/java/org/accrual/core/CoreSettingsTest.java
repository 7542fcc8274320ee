package org.accrual.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import org.accrual.runtime.InvalidSetting;
import org.accrual.runtime.Settings;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CoreSettingsTest {

  private static CoreSettings read(Map<String, String> values) {
    return CoreSettings.read(Settings.of(key -> Optional.ofNullable(values.get(key))));
  }

  @Test
  void defaultsSuitALocalRun() {
    CoreSettings settings = read(Map.of());
    assertThat(settings.database().url()).isEqualTo("jdbc:postgresql://127.0.0.1:7400/accrual");
    assertThat(settings.database().user()).isEqualTo("postgres");
    assertThat(settings.database().password()).isEmpty();
    assertThat(settings.poolSize()).isEqualTo(16);
    assertThat(settings.retention()).isEqualTo(Duration.ofDays(30));
  }

  @ParameterizedTest
  @CsvSource({
    "accrual.database.url, mysql://somewhere",
    "accrual.database.pool-size, 0",
    "accrual.database.pool-size, many",
    "accrual.database.connection-timeout, 1ms",
    "accrual.database.statement-timeout, 10",
    "accrual.answers.retention, 0d",
    "accrual.answers.sweep-interval, 2d",
  })
  void aWrongValueIsNamed(String key, String value) {
    assertThatThrownBy(() -> read(Map.of(key, value)))
        .isInstanceOf(InvalidSetting.class)
        .hasMessageContaining(key)
        .hasMessageContaining(value);
  }
}
