package org.accrual.runtime.blinding;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import javax.crypto.Cipher;
import javax.crypto.SecretKey;
import javax.crypto.spec.GCMParameterSpec;

/**
 * The format of a sealed value: {@code 01}, the 32-byte encapsulation of a fresh key, AES-256-GCM
 * ciphertext and tag. The key serves one message, so the nonce is fixed. What is sealed is padded
 * to 80 bytes: its length tells nothing of the arm.
 */
final class SealedBox {
  static final byte FORMAT = 1;
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
    return new String(padded, 1, padded[0], StandardCharsets.UTF_8);
  }

  static Cipher cipher(int mode, SecretKey key, String context) throws GeneralSecurityException {
    Cipher cipher = Cipher.getInstance("AES/GCM/NoPadding");
    cipher.init(mode, key, new GCMParameterSpec(TAG_BITS, NONCE));
    cipher.updateAAD(context.getBytes(StandardCharsets.UTF_8));
    return cipher;
  }
}
