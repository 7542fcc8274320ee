package org.accrual.runtime.blinding;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.PrivateKey;
import java.security.ProviderException;
import java.security.PublicKey;
import java.util.Arrays;
import javax.crypto.Cipher;
import javax.crypto.KEM;
import javax.crypto.SecretKey;
import javax.crypto.spec.GCMParameterSpec;

/**
 * The format of a sealed value: a box of 133 bytes for each recipient, the first for the
 * installation's key, the second for the escrow key if there is one; then, where the sealer has
 * proved that it holds a private key, a proof of 32 bytes (see {@link Unseal#prove}).
 *
 * <p>A box is {@code 02}, the 4-byte id of the recipient's key, the 32-byte encapsulation of a
 * fresh key (DHKEM X25519 of RFC 9180), AES-256-GCM ciphertext and tag. The fresh key serves one
 * box, so the nonce is fixed. The text is padded to 80 bytes: its length reveals nothing of the
 * arm.
 */
final class SealedBox {
  static final int PROOF_BYTES = 32;
  private static final byte FORMAT = 2;
  private static final int KEY_ID_BYTES = 4;
  private static final int HEADER_BYTES = 1 + KEY_ID_BYTES;
  private static final int ENCAPSULATION_BYTES = 32;
  private static final int KEY_BYTES = 32;
  private static final int PADDED_BYTES = 80;
  private static final int TAG_BYTES = 16;
  private static final byte[] NONCE = new byte[12];

  /** Size of a box. */
  static final int BYTES = HEADER_BYTES + ENCAPSULATION_BYTES + PADDED_BYTES + TAG_BYTES;

  private SealedBox() {}

  static byte[] seal(PublicKey recipient, String text, String context) {
    try {
      KEM.Encapsulated fresh =
          KEM.getInstance("DHKEM").newEncapsulator(recipient).encapsulate(0, KEY_BYTES, "AES");
      return ByteBuffer.allocate(BYTES)
          .put(FORMAT)
          .put(keyId(recipient.getEncoded()))
          .put(fresh.encapsulation())
          .put(cipher(Cipher.ENCRYPT_MODE, fresh.key(), context).doFinal(padded(text)))
          .array();
    } catch (ProviderException e) {
      // A point of low order: a shared secret that everybody knows.
      throw new SealBroken("not an X25519 public key that can be sealed to", e);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("this JDK lacks DHKEM or AES-GCM", e);
    }
  }

  static String open(PrivateKey key, byte[] box, String context) {
    int body = HEADER_BYTES + ENCAPSULATION_BYTES;
    try {
      SecretKey fresh =
          KEM.getInstance("DHKEM")
              .newDecapsulator(key)
              .decapsulate(Arrays.copyOfRange(box, HEADER_BYTES, body), 0, KEY_BYTES, "AES");
      return unpadded(
          cipher(Cipher.DECRYPT_MODE, fresh, context).doFinal(box, body, box.length - body));
    } catch (GeneralSecurityException | ProviderException e) {
      throw new SealBroken("cannot be opened: another key, another context, or altered", e);
    }
  }

  /**
   * Returns the box of a sealed value at an index.
   *
   * @throws SealBroken if it has another format
   */
  static byte[] box(byte[] sealed, int index) {
    byte[] box = Arrays.copyOfRange(sealed, index * BYTES, (index + 1) * BYTES);
    if (box[0] != FORMAT) {
      throw unknownFormat();
    }
    return box;
  }

  /**
   * Returns how many boxes a sealed value has.
   *
   * @throws SealBroken if it has another format
   */
  static int count(byte[] sealed) {
    int rest = sealed.length % BYTES;
    if (sealed.length < BYTES || (rest != 0 && rest != PROOF_BYTES)) {
      throw unknownFormat();
    }
    return sealed.length / BYTES;
  }

  /** Returns the id of the key that a box was sealed for. */
  static ByteBuffer recipient(byte[] box) {
    return ByteBuffer.wrap(Arrays.copyOfRange(box, 1, HEADER_BYTES));
  }

  static byte[] padded(String text) {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    if (bytes.length >= PADDED_BYTES) {
      throw new IllegalArgumentException("at most " + (PADDED_BYTES - 1) + " bytes can be sealed");
    }
    byte[] padded = new byte[PADDED_BYTES];
    padded[0] = (byte) bytes.length;
    System.arraycopy(bytes, 0, padded, 1, bytes.length);
    return padded;
  }

  static String unpadded(byte[] padded) {
    int length = padded.length == PADDED_BYTES ? padded[0] : -1;
    if (length < 0 || length >= PADDED_BYTES) {
      throw new SealBroken("not a padded text", null);
    }
    return new String(padded, 1, length, StandardCharsets.UTF_8);
  }

  /** Returns the id of a key pair: the first bytes of the SHA-256 of its public half, X.509. */
  static byte[] keyId(byte[] publicKey) {
    try {
      return Arrays.copyOf(MessageDigest.getInstance("SHA-256").digest(publicKey), KEY_ID_BYTES);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("this JDK lacks SHA-256", e);
    }
  }

  private static SealBroken unknownFormat() {
    return new SealBroken("not a sealed value of a known format", null);
  }

  private static Cipher cipher(int mode, SecretKey key, String context)
      throws GeneralSecurityException {
    Cipher cipher = Cipher.getInstance("AES/GCM/NoPadding");
    cipher.init(mode, key, new GCMParameterSpec(TAG_BYTES * 8, NONCE));
    cipher.updateAAD(context.getBytes(StandardCharsets.UTF_8));
    return cipher;
  }
}
