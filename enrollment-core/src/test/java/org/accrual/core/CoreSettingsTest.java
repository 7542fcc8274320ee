package org.accrual.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.accrual.runtime.InvalidSetting;
import org.accrual.runtime.Settings;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class CoreSettingsTest {

  private static CoreSettings read(Map<String, String> values) {
    Map<String, String> all = new HashMap<>(CoreFixtures.keys());
    all.putAll(values);
    return CoreSettings.read(Settings.of(key -> Optional.ofNullable(all.get(key))));
  }

  @Test
  void defaultsSuitALocalRun() {
    CoreSettings settings = read(Map.of());
    assertThat(settings.database().url()).isEqualTo("jdbc:postgresql://127.0.0.1:7400/accrual");
    assertThat(settings.database().user()).isEqualTo("postgres");
    assertThat(settings.database().password()).isEmpty();
    assertThat(settings.poolSize()).isEqualTo(16);
    assertThat(settings.retention()).isEqualTo(Duration.ofDays(30));
    assertThat(settings.sagas().enabled()).isTrue();
    assertThat(settings.sagas().timing().stepDeadline()).isEqualTo(Duration.ofSeconds(30));
    assertThat(settings.sagas().timing().longestPause()).isEqualTo(Duration.ofMinutes(10));
  }

  @Test
  void aWrongKeyIsNamedAndNotShown() {
    assertThatThrownBy(() -> read(Map.of("accrual.blinding.public-key", "bm90IGEga2V5")))
        .isInstanceOf(InvalidSetting.class)
        .hasMessageContaining("accrual.blinding.public-key: '(not shown)'");
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
    "accrual.operations.max-wait, 0s",
    "accrual.unblinding.wait, 3m",
    "accrual.saga.enabled, maybe",
    "accrual.saga.step-deadline, 10",
    "accrual.saga.longest-pause, 2d",
    "accrual.saga.sweep-interval, 1ms",
  })
  void aWrongValueIsNamed(String key, String value) {
    assertThatThrownBy(() -> read(Map.of(key, value)))
        .isInstanceOf(InvalidSetting.class)
        .hasMessageContaining(key)
        .hasMessageContaining(value);
  }

  @ParameterizedTest
  @ValueSource(strings = {"accrual.blinding.public-key", "accrual.core.fingerprint-key"})
  void withoutAKeyItDoesNotStart(String key) {
    assertThatThrownBy(() -> read(Map.of(key, "")))
        .isInstanceOf(InvalidSetting.class)
        .hasMessageContaining(key);
  }

  @ParameterizedTest
  @ValueSource(strings = {"c2hvcnQ=", "no base64!"})
  void aFingerprintKeyIsLongAndNeverShown(String value) {
    assertThatThrownBy(() -> read(Map.of("accrual.core.fingerprint-key", value)))
        .isInstanceOf(InvalidSetting.class)
        .hasMessageContaining("accrual.core.fingerprint-key")
        .hasMessageNotContaining(value);
  }
}
