package org.accrual.relay.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Map;
import java.util.Optional;
import org.accrual.runtime.InvalidSetting;
import org.accrual.runtime.Settings;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RelaySettingsTest {
  @Test
  void defaultsAreThoseOfALocalRun() {
    RelaySettings settings = read(Map.of());

    assertThat(settings.source().slot()).isEqualTo("accrual_outbox");
    assertThat(settings.source().publication()).isEqualTo("accrual_outbox");
    assertThat(settings.source().database().url())
        .isEqualTo("jdbc:postgresql://127.0.0.1:7400/accrual");
    assertThat(settings.sink().bootstrapServers()).isEqualTo("127.0.0.1:7500");
    assertThat(settings.sink().slot()).isEqualTo("accrual_outbox");
    assertThat(settings.registry()).hasToString("http://127.0.0.1:7600/apis/ccompat/v7");
  }

  @ParameterizedTest
  @CsvSource({
    "accrual.relay.slot, Slot-1",
    "accrual.relay.publication, a b",
    "accrual.relay.heartbeat, 0s",
    "accrual.relay.poll-interval, 1m",
    "accrual.relay.batch-rows, 0",
    "accrual.relay.queue-bytes, 10",
    "accrual.relay.slice-rows, 0",
    "accrual.relay.owner-timeout, 100ms",
    "accrual.relay.retained-wal-warning-mib, 0",
    "accrual.relay.slice-bytes, all",
    "accrual.relay.transaction-timeout, 1s",
    "accrual.relay.slot-poll, soon",
    "accrual.registry.url, nowhere",
    "accrual.database.url, mysql://x",
    "accrual.database.url, jdbc:postgresql://h:99999/accrual",
    "accrual.database.url, jdbc:postgresql://h:7400/"
  })
  void aWrongValueIsNamed(String key, String value) {
    assertThatThrownBy(() -> read(Map.of(key, value)))
        .isInstanceOf(InvalidSetting.class)
        .hasMessageContaining(key)
        .hasMessageContaining(value);
  }

  @Test
  @DisplayName("A wrong URL is named without its parameters, one of which may be a password")
  void aWrongUrlIsNamedWithoutItsParameters() {
    assertThatThrownBy(
            () -> read(Map.of("accrual.database.url", "jdbc:postgresql://h:x/a?password=secret")))
        .hasMessageContaining("jdbc:postgresql://h:x/a?…")
        .hasMessageNotContaining("secret");
  }

  private static RelaySettings read(Map<String, String> values) {
    return RelaySettings.read(Settings.of(key -> Optional.ofNullable(values.get(key))));
  }
}
