package org.accrual.consumers.participant;

import org.accrual.runtime.InvalidSetting;
import org.accrual.runtime.Settings;
import org.accrual.runtime.blinding.Seal;
import org.accrual.runtime.blinding.SealBroken;
import org.accrual.runtime.blinding.Unseal;

/** Both halves of the installation's key: what is sealed here is opened here again. */
public record Blind(Seal seal, Unseal unseal) {

  /**
   * Keys {@code accrual.blinding.public-key} and {@code accrual.blinding.private-key}, which must
   * belong together. Neither has a default.
   */
  public static Blind read(Settings settings) {
    Blind blind = new Blind(Seal.read(settings), Unseal.read(settings));
    try {
      blind.unseal().open(blind.seal().seal("", "start"), "start");
      return blind;
    } catch (SealBroken other) {
      InvalidSetting mismatch =
          new InvalidSetting(
              "accrual.blinding.private-key",
              "(not shown)",
              "the other half of accrual.blinding.public-key");
      mismatch.initCause(other);
      throw mismatch;
    }
  }
}
