package org.accrual.core;

import java.util.Base64;
import java.util.Map;
import org.accrual.runtime.blinding.BlindingKeys;
import org.accrual.runtime.blinding.Unseal;

/** Keys of an installation, made for this run of the tests. */
public final class CoreFixtures {
  private static final BlindingKeys PAIR = BlindingKeys.make();

  private CoreFixtures() {}

  /** The settings without which a core does not start. */
  public static Map<String, String> keys() {
    return Map.of(
        "accrual.blinding.public-key", Base64.getEncoder().encodeToString(PAIR.publicKey()),
        "accrual.core.fingerprint-key", Base64.getEncoder().encodeToString(new byte[32]));
  }

  /** The half that only randomization and supply have. */
  public static Unseal unseal() {
    return PAIR.unseal();
  }
}
