package org.accrual.local;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.accrual.runtime.InvalidSetting;
import org.accrual.runtime.Settings;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StackSettingsTest {
  @TempDir Path folder;

  @Test
  void findTheProjectFromAnyFolderInIt() {
    StackSettings settings = read(Map.of());

    assertThat(settings.home().resolve("deploy/up")).isRegularFile();
    assertThat(settings.data()).isEqualTo(settings.home().resolve("deploy/.data"));
  }

  @Test
  void keepDataElsewhereIfTold() {
    assertThat(read(Map.of("accrual.local.data", folder.toString())).data()).isEqualTo(folder);
  }

  @Test
  void refuseAFolderThatIsNotTheProject() {
    assertThatThrownBy(() -> read(Map.of("accrual.local.home", folder.toString())))
        .isInstanceOf(InvalidSetting.class)
        .hasMessageContaining("accrual.local.home")
        .hasMessageContaining(folder.toString());
  }

  @Test
  @DisplayName("name the relay's slot and publication for provision and relay alike")
  void nameTheSlot() {
    assertThat(read(Map.of("accrual.relay.slot", "another")).slot()).isEqualTo("another");
    assertThat(read(Map.of("accrual.relay.publication", "other")).publication()).isEqualTo("other");
    assertThatThrownBy(() -> read(Map.of("accrual.relay.slot", "An other")))
        .isInstanceOf(InvalidSetting.class);
  }

  @Test
  void addOptionsToOneProcess() {
    StackSettings settings = StackSettings.beside(folder).withOptions(Stack.RELAY, "-Dkey=value");

    assertThat(settings.options()).isEqualTo(Map.of(Stack.RELAY, List.of("-Dkey=value")));
  }

  private static StackSettings read(Map<String, String> values) {
    return StackSettings.read(Settings.of(key -> Optional.ofNullable(values.get(key))));
  }
}
