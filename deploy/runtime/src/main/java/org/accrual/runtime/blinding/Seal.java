package org.accrual.runtime.blinding;

import java.nio.ByteBuffer;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.ProviderException;
import java.security.PublicKey;
import java.security.spec.X509EncodedKeySpec;
import java.util.Base64;
import javax.crypto.Cipher;
import javax.crypto.KEM;
import org.accrual.runtime.InvalidSetting;
import org.accrual.runtime.Settings;

/**
 * Seals for the holder of the private key (DHKEM X25519 of RFC 9180, AES-256-GCM). The holder of
 * this object alone cannot open its own seals. Two seals of one text differ.
 */
public final class Seal {
  private final PublicKey key;
  private final byte[] keyId;

  private Seal(PublicKey key) {
    this.key = key;
    this.keyId = SealedBox.keyId(key.getEncoded());
  }

  /** Key {@code accrual.blinding.public-key}: X25519, X.509, base64. */
  public static Seal read(Settings settings) {
    String name = "accrual.blinding.public-key";
    String value = settings.text(name, "");
    try {
      return of(Base64.getDecoder().decode(value));
    } catch (IllegalArgumentException | SealBroken notAKey) {
      throw new InvalidSetting(
          // It may be the private key, pasted into the wrong setting.
          name, value.isEmpty() ? "" : "(not shown)", "an X25519 public key: X.509, base64");
    }
  }

  /** Seals for the holder of a key that came with a message. */
  public static Seal of(byte[] x509) {
    try {
      return new Seal(
          KeyFactory.getInstance("X25519").generatePublic(new X509EncodedKeySpec(x509)));
    } catch (GeneralSecurityException notAKey) {
      throw new SealBroken("not an X25519 public key", notAKey);
    }
  }

  /**
   * Seals a text of at most 79 bytes.
   *
   * @param context names the owner of the text; it opens only under the same
   * @throws SealBroken if the key is a point of low order
   */
  public byte[] seal(String text, String context) {
    try {
      KEM.Encapsulated fresh =
          KEM.getInstance("DHKEM").newEncapsulator(key).encapsulate(0, SealedBox.KEY_BYTES, "AES");
      byte[] ciphertext =
          SealedBox.cipher(Cipher.ENCRYPT_MODE, fresh.key(), context)
              .doFinal(SealedBox.padded(text));
      return ByteBuffer.allocate(
              SealedBox.HEADER_BYTES + SealedBox.ENCAPSULATION_BYTES + ciphertext.length)
          .put(SealedBox.FORMAT)
          .put(keyId)
          .put(fresh.encapsulation())
          .put(ciphertext)
          .array();
    } catch (ProviderException e) {
      // A point of low order: a shared secret that everybody knows.
      throw new SealBroken("not an X25519 public key that can be sealed to", e);
    } catch (GeneralSecurityException missing) {
      throw new IllegalStateException("this JDK lacks DHKEM or AES-GCM", missing);
    }
  }
}
