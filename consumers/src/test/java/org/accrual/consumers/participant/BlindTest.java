package org.accrual.consumers.participant;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Base64;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.accrual.consumers.ConsumersSettings;
import org.accrual.runtime.InvalidSetting;
import org.accrual.runtime.Settings;
import org.accrual.runtime.blinding.BlindingKeys;
import org.junit.jupiter.api.Test;

class BlindTest {
  private static final String PUBLIC = "accrual.blinding.public-key";
  private static final String PRIVATE = "accrual.blinding.private-key";
  private final BlindingKeys keys = BlindingKeys.make();

  @Test
  void opensWhatItSealed() {
    Blind blind = Blind.read(settings(keys.publicKey(), keys.privateKey(), "all"));

    assertThat(blind.unseal().open(blind.seal().seal("arm", "c"), "c")).isEqualTo("arm");
  }

  @Test
  void halvesThatDoNotBelongTogetherStopTheStart() {
    byte[] other = BlindingKeys.make().privateKey();

    assertThatThrownBy(() -> Blind.read(settings(keys.publicKey(), other, "all")))
        .isInstanceOf(InvalidSetting.class)
        .hasMessageContainingAll(PRIVATE, "(not shown)", PUBLIC)
        .message()
        .doesNotContain(Base64.getEncoder().encodeToString(other));
  }

  @Test
  void onlyWhoOpensOrSealsNeedsTheKeys() {
    assertThat(read("projection,capacity").blind()).isEmpty();
    assertThat(read("none").blind()).isEmpty();
    for (String enabled : new String[] {"all", "randomization", "capacity,supply"}) {
      assertThatThrownBy(() -> read(enabled))
          .isInstanceOf(InvalidSetting.class)
          .hasMessageContaining(PUBLIC);
    }
    assertThat(
            ConsumersSettings.read(settings(keys.publicKey(), keys.privateKey(), "supply")).blind())
        .isPresent();
  }

  private static ConsumersSettings read(String enabled) {
    return ConsumersSettings.read(settings(new byte[0], new byte[0], enabled));
  }

  private static Settings settings(byte[] publicKey, byte[] privateKey, String enabled) {
    Map<String, String> values = new HashMap<>();
    values.put("accrual.consumers.enabled", enabled);
    values.put(PUBLIC, Base64.getEncoder().encodeToString(publicKey));
    values.put(PRIVATE, Base64.getEncoder().encodeToString(privateKey));
    return Settings.of(key -> Optional.ofNullable(values.get(key)));
  }
}
