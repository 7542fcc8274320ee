package org.accrual.consumers.console;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Map;
import java.util.Optional;
import org.accrual.runtime.InvalidSetting;
import org.accrual.runtime.Settings;
import org.junit.jupiter.api.Test;

class ConsoleSettingsTest {

  @Test
  void onLoopbackWithoutDemoUnlessConfigured() {
    ConsoleSettings settings = read(Map.of());

    assertThat(settings.enabled()).isTrue();
    assertThat(settings.demo()).isFalse();
    assertThat(settings.hosts()).containsExactlyInAnyOrder("127.0.0.1", "localhost", "[::1]");
  }

  @Test
  void namesOfServersAreRead() {
    assertThat(read(Map.of("accrual.console.hosts", "Ops.Example, 10.0.0.1")).hosts())
        .containsExactlyInAnyOrder("ops.example", "10.0.0.1");
  }

  @Test
  void wrongValuesAreNamed() {
    assertThatThrownBy(() -> read(Map.of("accrual.console.hosts", "a.example:80")))
        .isInstanceOf(InvalidSetting.class)
        .hasMessageContaining("accrual.console.hosts");
    assertThatThrownBy(() -> read(Map.of("accrual.console.core", "nowhere")))
        .isInstanceOf(InvalidSetting.class)
        .hasMessageContaining("accrual.console.core");
  }

  private static ConsoleSettings read(Map<String, String> values) {
    return ConsoleSettings.read(Settings.of(key -> Optional.ofNullable(values.get(key))));
  }
}
