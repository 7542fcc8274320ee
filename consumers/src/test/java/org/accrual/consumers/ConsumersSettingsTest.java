package org.accrual.consumers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.URI;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import org.accrual.runtime.InvalidSetting;
import org.accrual.runtime.Settings;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ConsumersSettingsTest {

  @Test
  void defaultsSuitALocalRun() {
    ConsumersSettings settings = read(Map.of("accrual.consumers.enabled", "projection"));

    assertThat(settings.enabled()).containsExactly("projection");
    assertThat(settings.registry()).isEqualTo(URI.create("http://127.0.0.1:7600/apis/ccompat/v7"));
    assertThat(settings.pools().database().url())
        .isEqualTo("jdbc:postgresql://127.0.0.1:7400/accrual");
    assertThat(settings.intake().bootstrapServers()).isEqualTo("127.0.0.1:7500");
    assertThat(settings.intake().batchSize()).isEqualTo(1000);
    assertThat(settings.stopWithin()).isEqualTo(Duration.ofSeconds(20));
  }

  @Test
  void aProcessMayServeQueriesOnly() {
    assertThat(read(Map.of("accrual.consumers.enabled", "none")).enabled()).isEmpty();
  }

  @ParameterizedTest
  @CsvSource({
    "accrual.consumers.enabled, projecton",
    "accrual.intake.batch-size, 0",
    "accrual.intake.batch-size, 10001",
    "accrual.intake.retry-pause, 10ms",
    "accrual.kafka.session-timeout, 1s",
    "accrual.database.effects-pool-size, 0",
    "accrual.database.query-pool-size, many",
    "accrual.database.statement-timeout, 1h",
    "accrual.database.url, mysql://somewhere",
    "accrual.registry.url, somewhere",
    "accrual.consumers.stop-within, 0s",
    "accrual.dead-letters.kept, 1h",
    "accrual.inbox.kept, 1s",
  })
  void aWrongValueIsNamed(String key, String value) {
    assertThatThrownBy(() -> read(Map.of(key, value)))
        .isInstanceOf(InvalidSetting.class)
        .hasMessageContainingAll(key, value, "it must be");
  }

  private static ConsumersSettings read(Map<String, String> values) {
    return ConsumersSettings.read(Settings.of(key -> Optional.ofNullable(values.get(key))));
  }
}
