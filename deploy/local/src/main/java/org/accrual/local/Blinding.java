package org.accrual.local;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.accrual.runtime.blinding.BlindingKeys;

/**
 * The installation's keys, kept with its data: what was sealed under them is lost without them.
 * Handed over in the environment, which others cannot see.
 *
 * @param publicKey seals
 * @param privateKey opens; for randomization and supply alone
 * @param fingerprintKey of the write side: without it a request's fingerprint could be guessed back
 */
record Blinding(String publicKey, String privateKey, String fingerprintKey) {
  private static final int FINGERPRINT_KEY_BYTES = 32;

  /** The pair kept in that folder, made now if there is none. */
  static Blinding in(Path data) {
    List<String> lines = SecretFile.lines(data.resolve("blinding.keys"), Blinding::fresh);
    return new Blinding(lines.get(0), lines.get(1), lines.get(2));
  }

  Map<String, String> forSealing() {
    return Map.of(
        "ACCRUAL_BLINDING_PUBLIC_KEY", publicKey, "ACCRUAL_CORE_FINGERPRINT_KEY", fingerprintKey);
  }

  Map<String, String> forOpening() {
    return Map.of(
        "ACCRUAL_BLINDING_PUBLIC_KEY", publicKey, "ACCRUAL_BLINDING_PRIVATE_KEY", privateKey);
  }

  private static List<String> fresh() {
    BlindingKeys keys = BlindingKeys.make();
    return List.of(
        SecretFile.base64(keys.publicKey()),
        SecretFile.base64(keys.privateKey()),
        SecretFile.randomKey(FINGERPRINT_KEY_BYTES));
  }

  /** Without the keys. */
  @Override
  public String toString() {
    return "Blinding";
  }
}
