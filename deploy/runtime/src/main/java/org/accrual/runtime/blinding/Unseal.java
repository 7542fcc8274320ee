package org.accrual.runtime.blinding;

import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Arrays;
import java.util.Base64;
import javax.crypto.Cipher;
import javax.crypto.KEM;
import javax.crypto.SecretKey;
import org.accrual.runtime.InvalidSetting;
import org.accrual.runtime.Settings;

/**
 * Opens what {@link Seal} sealed. Held by randomization and supply alone, or by who made a {@link
 * BlindingKeys}.
 */
public final class Unseal {
  private final PrivateKey key;

  Unseal(PrivateKey key) {
    this.key = key;
  }

  /** Key {@code accrual.blinding.private-key}: X25519, PKCS#8, base64. The value is never shown. */
  public static Unseal read(Settings settings) {
    String name = "accrual.blinding.private-key";
    try {
      byte[] pkcs8 = Base64.getDecoder().decode(settings.secret(name));
      return new Unseal(
          KeyFactory.getInstance("X25519").generatePrivate(new PKCS8EncodedKeySpec(pkcs8)));
    } catch (IllegalArgumentException | GeneralSecurityException notAKey) {
      throw new InvalidSetting(name, "(not shown)", "an X25519 private key: PKCS#8, base64");
    }
  }

  /**
   * Opens a sealed text.
   *
   * @throws SealBroken if it was sealed for another key or context, or was altered
   */
  public String open(byte[] box, String context) {
    int body = 1 + SealedBox.ENCAPSULATION_BYTES;
    if (box.length <= body || box[0] != SealedBox.FORMAT) {
      throw new SealBroken("not a sealed value of a known format", null);
    }
    try {
      SecretKey fresh =
          KEM.getInstance("DHKEM")
              .newDecapsulator(key)
              .decapsulate(Arrays.copyOfRange(box, 1, body), 0, SealedBox.KEY_BYTES, "AES");
      Cipher cipher = SealedBox.cipher(Cipher.DECRYPT_MODE, fresh, context);
      return SealedBox.unpadded(cipher.doFinal(box, body, box.length - body));
    } catch (GeneralSecurityException broken) {
      throw new SealBroken("cannot be opened: another key, another context, or altered", broken);
    }
  }
}
