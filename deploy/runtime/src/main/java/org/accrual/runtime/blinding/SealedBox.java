package org.accrual.runtime.blinding;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import javax.crypto.Cipher;
import javax.crypto.SecretKey;
import javax.crypto.spec.GCMParameterSpec;

/**
 * The format of a sealed value: {@code 02}, the 4-byte id of the recipient's key, the 32-byte
 * encapsulation of a fresh key, AES-256-GCM ciphertext and tag. The fresh key serves one message,
 * so the nonce is fixed. The text is padded to 80 bytes: its length reveals nothing of the arm.
 */
final class SealedBox {
  static final byte FORMAT = 2;
  static final int KEY_ID_BYTES = 4;
  static final int HEADER_BYTES = 1 + KEY_ID_BYTES;
  static final int ENCAPSULATION_BYTES = 32;
  static final int KEY_BYTES = 32;
  private static final int PADDED_BYTES = 80;
  private static final int TAG_BITS = 128;
  private static final byte[] NONCE = new byte[12];

  private SealedBox() {}

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

  static Cipher cipher(int mode, SecretKey key, String context) throws GeneralSecurityException {
    Cipher cipher = Cipher.getInstance("AES/GCM/NoPadding");
    cipher.init(mode, key, new GCMParameterSpec(TAG_BITS, NONCE));
    cipher.updateAAD(context.getBytes(StandardCharsets.UTF_8));
    return cipher;
  }
}
