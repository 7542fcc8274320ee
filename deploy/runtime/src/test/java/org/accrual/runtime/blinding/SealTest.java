package org.accrual.runtime.blinding;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.accrual.runtime.InvalidSetting;
import org.accrual.runtime.Settings;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class SealTest {
  private final BlindingKeys keys = BlindingKeys.make();
  private final Seal seal = Seal.of(keys.publicKey());

  @Test
  void opensWhatItSealed() {
    assertThat(keys.unseal().open(seal.seal("ARM-A", "kit:1"), "kit:1")).isEqualTo("ARM-A");
    assertThat(keys.unseal().open(seal.seal("ü".repeat(39), "c"), "c")).isEqualTo("ü".repeat(39));
  }

  @Test
  void tellsNothingByLengthOrEquality() {
    byte[] one = seal.seal("A", "kit:1");

    assertThat(one)
        .hasSameSizeAs(seal.seal("A-MUCH-LONGER-ARM-NAME", "kit:1"))
        .isNotEqualTo(seal.seal("A", "kit:1"));
  }

  @Test
  void opensForNobodyElseNowhereElseAndNotAltered() {
    byte[] box = seal.seal("ARM-A", "kit:1");

    assertThatThrownBy(() -> BlindingKeys.make().unseal().open(box, "kit:1"))
        .isInstanceOf(SealBroken.class);
    assertThatThrownBy(() -> keys.unseal().open(box, "kit:2")).isInstanceOf(SealBroken.class);
    for (int i = 0; i < box.length; i++) {
      byte[] altered = box.clone();
      altered[i] ^= 1;
      assertThatThrownBy(() -> keys.unseal().open(altered, "kit:1")).isInstanceOf(SealBroken.class);
    }
    assertThatThrownBy(() -> keys.unseal().open(new byte[0], "kit:1"))
        .isInstanceOf(SealBroken.class);
  }

  @Test
  void refusesAPointOfLowOrder() {
    byte[] zero = keys.publicKey();
    Arrays.fill(zero, zero.length - 32, zero.length, (byte) 0);

    assertThatThrownBy(() -> Seal.of(zero).seal("ARM-A", "c")).isInstanceOf(SealBroken.class);
  }

  @Test
  void aForgedLengthIsBrokenToo() {
    for (int length : new int[] {80, 127, 128, 255}) {
      byte[] padded = new byte[80];
      padded[0] = (byte) length;

      assertThatThrownBy(() -> SealedBox.unpadded(padded)).isInstanceOf(SealBroken.class);
    }
  }

  @Test
  void oldKeysStillOpenAfterARotationAndAnUnknownOneIsNamed() {
    BlindingKeys fresh = BlindingKeys.make();
    Base64.Encoder base64 = Base64.getEncoder();
    String both =
        base64.encodeToString(fresh.privateKey()) + ", " + base64.encodeToString(keys.privateKey());
    Unseal unseal = Unseal.read(Settings.of(_ -> Optional.of(both)));

    assertThat(unseal.open(seal.seal("old", "c"), "c")).isEqualTo("old");
    assertThat(unseal.open(Seal.of(fresh.publicKey()).seal("new", "c"), "c")).isEqualTo("new");
    assertThatThrownBy(() -> fresh.unseal().open(seal.seal("old", "c"), "c"))
        .isInstanceOf(SealBroken.class)
        .hasMessageContaining("sealed for the key with the id");
  }

  @Test
  @DisplayName("A value sealed for two recipients opens with either key and with no other")
  void opensWithTheEscrowKeyToo() {
    BlindingKeys escrow = BlindingKeys.make();
    byte[] sealed = seal.and(escrow.publicKey()).seal("ARM-A", "kit:1");

    assertThat(keys.unseal().open(sealed, "kit:1")).isEqualTo("ARM-A");
    assertThat(escrow.unseal().open(sealed, "kit:1")).isEqualTo("ARM-A");
    assertThatThrownBy(() -> escrow.unseal().open(sealed, "kit:2")).isInstanceOf(SealBroken.class);
    assertThatThrownBy(() -> BlindingKeys.make().unseal().open(sealed, "kit:1"))
        .isInstanceOf(SealBroken.class)
        .hasMessageContaining("and the key with the id");
  }

  @Test
  @DisplayName("The public key alone proves nothing; a proof is good for one value and context")
  void provesThatTheSealerHoldsThePrivateKey() {
    BlindingKeys escrow = BlindingKeys.make();
    byte[] sealed = seal.and(escrow.publicKey()).seal("ARM-A", "allocation:1");
    byte[] proven = keys.unseal().prove(sealed, "allocation:1");

    assertThat(keys.unseal().openProven(proven, "allocation:1")).isEqualTo("ARM-A");
    assertThat(escrow.unseal().open(proven, "allocation:1")).isEqualTo("ARM-A");
    byte[] forged = seal.and(escrow.publicKey()).seal("ARM-B", "allocation:1");
    byte[] withForeignProof = proven.clone();
    System.arraycopy(forged, 0, withForeignProof, 0, forged.length);
    for (byte[] wrong : List.of(sealed, forged, withForeignProof)) {
      assertThatThrownBy(() -> keys.unseal().openProven(wrong, "allocation:1"))
          .isInstanceOf(SealBroken.class);
    }
    assertThatThrownBy(() -> keys.unseal().openProven(proven, "allocation:2"))
        .isInstanceOf(SealBroken.class);
    assertThatThrownBy(() -> escrow.unseal().prove(sealed, "allocation:1"))
        .isInstanceOf(SealBroken.class);
  }

  @Test
  void readsKeysFromSettingsAndNeverShowsThePrivateOne() {
    Base64.Encoder base64 = Base64.getEncoder();
    Map<String, String> values =
        new HashMap<>(
            Map.of(
                "accrual.blinding.public-key", base64.encodeToString(keys.publicKey()),
                "accrual.blinding.private-key", base64.encodeToString(keys.privateKey())));
    Settings settings = Settings.of(key -> Optional.ofNullable(values.get(key)));

    assertThat(Unseal.read(settings).open(Seal.read(settings).seal("x", "c"), "c")).isEqualTo("x");
    BlindingKeys escrow = BlindingKeys.make();
    values.put("accrual.blinding.escrow-public-key", base64.encodeToString(escrow.publicKey()));
    assertThat(escrow.unseal().open(Seal.read(settings).seal("x", "c"), "c")).isEqualTo("x");
    values.put("accrual.blinding.escrow-public-key", base64.encodeToString(escrow.privateKey()));
    assertThatThrownBy(() -> Seal.read(settings))
        .isInstanceOf(InvalidSetting.class)
        .hasMessageContaining("accrual.blinding.escrow-public-key: '(not shown)'");
    Settings wrong = Settings.of(key -> Optional.of("c2VjcmV0"));
    assertThatThrownBy(() -> Seal.read(wrong)).isInstanceOf(InvalidSetting.class);
    assertThatThrownBy(() -> Unseal.read(wrong))
        .isInstanceOf(InvalidSetting.class)
        .hasMessageContaining("accrual.blinding.private-key")
        .message()
        .doesNotContain("c2VjcmV0");
  }
}
