package org.accrual.runtime.blinding;

import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PublicKey;
import java.security.spec.X509EncodedKeySpec;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import org.accrual.runtime.InvalidSetting;
import org.accrual.runtime.Settings;

/**
 * Seals for the holders of private keys, see {@link SealedBox}. The holder of this object alone
 * cannot open its own seals. Two seals of one text differ.
 */
public final class Seal {
  private static final String KEY = "accrual.blinding.public-key";
  private static final String ESCROW = "accrual.blinding.escrow-public-key";

  private final List<PublicKey> recipients;

  private Seal(List<PublicKey> recipients) {
    this.recipients = List.copyOf(recipients);
  }

  /**
   * Reads the keys {@code accrual.blinding.public-key} and, if it is set, {@code
   * accrual.blinding.escrow-public-key}: X25519, X.509, base64. With both, either private key opens
   * each seal.
   */
  public static Seal read(Settings settings) {
    List<PublicKey> recipients = new ArrayList<>();
    recipients.add(key(KEY, settings.text(KEY, "")));
    Optional.of(settings.text(ESCROW, ""))
        .filter(value -> !value.isEmpty())
        .ifPresent(value -> recipients.add(key(ESCROW, value)));
    return new Seal(recipients);
  }

  /** Seals for the holder of a key that came with a message. */
  public static Seal of(byte[] x509) {
    return new Seal(List.of(key(x509)));
  }

  /** Returns a seal that the holder of another key can open too. */
  public Seal and(byte[] x509) {
    List<PublicKey> more = new ArrayList<>(recipients);
    more.add(key(x509));
    return new Seal(more);
  }

  /**
   * Seals a text of at most 79 bytes.
   *
   * @param context names the owner of the text; it opens only under the same
   * @throws SealBroken if a key is a point of low order
   */
  public byte[] seal(String text, String context) {
    byte[] boxes = new byte[recipients.size() * SealedBox.BYTES];
    for (int i = 0; i < recipients.size(); i++) {
      byte[] box = SealedBox.seal(recipients.get(i), text, context);
      System.arraycopy(box, 0, boxes, i * SealedBox.BYTES, SealedBox.BYTES);
    }
    return boxes;
  }

  private static PublicKey key(String name, String value) {
    try {
      return key(Base64.getDecoder().decode(value));
    } catch (IllegalArgumentException | SealBroken e) {
      throw new InvalidSetting(
          // It may be the private key, pasted into the wrong setting.
          name, value.isEmpty() ? "" : "(not shown)", "an X25519 public key: X.509, base64");
    }
  }

  private static PublicKey key(byte[] x509) {
    try {
      return KeyFactory.getInstance("X25519").generatePublic(new X509EncodedKeySpec(x509));
    } catch (GeneralSecurityException e) {
      throw new SealBroken("not an X25519 public key", e);
    }
  }
}
