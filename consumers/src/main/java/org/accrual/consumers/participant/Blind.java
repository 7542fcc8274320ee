package org.accrual.consumers.participant;

import org.accrual.runtime.InvalidSetting;
import org.accrual.runtime.Settings;
import org.accrual.runtime.blinding.Seal;
import org.accrual.runtime.blinding.SealBroken;
import org.accrual.runtime.blinding.Unseal;

/** Both halves of the installation's key: seals arms and opens them again. */
public record Blind(Seal seal, Unseal unseal) {

  /**
   * Reads the keys {@code accrual.blinding.public-key} and {@code accrual.blinding.private-key},
   * which must belong together and have no default, and {@code accrual.blinding.escrow-public-key}.
   */
  public static Blind read(Settings settings) {
    Blind blind = new Blind(Seal.read(settings), Unseal.read(settings));
    try {
      blind.unseal().openProven(blind.sealProven("", "start"), "start");
      return blind;
    } catch (SealBroken e) {
      InvalidSetting mismatch =
          new InvalidSetting(
              "accrual.blinding.private-key",
              "(not shown)",
              "the other half of accrual.blinding.public-key");
      mismatch.initCause(e);
      throw mismatch;
    }
  }

  /** Seals a text with the proof that a holder of the private key sealed it. */
  public byte[] sealProven(String text, String context) {
    return unseal.prove(seal.seal(text, context), context);
  }
}
