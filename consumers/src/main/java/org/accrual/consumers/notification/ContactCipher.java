package org.accrual.consumers.notification;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.Base64;
import javax.crypto.Cipher;
import javax.crypto.SecretKey;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.SecretKeySpec;
import org.accrual.runtime.InvalidSetting;
import org.accrual.runtime.Settings;

/**
 * Encrypts addresses with AES-256-GCM: {@code 01}, a random nonce of 12 bytes, ciphertext and tag.
 * An address opens only for the patient and channel that it was encrypted for.
 */
final class ContactCipher {
  private static final String KEY = "accrual.notification.contact-key";
  private static final byte FORMAT = 1;
  private static final int KEY_BYTES = 32;
  private static final int NONCE_BYTES = 12;
  private static final int TAG_BITS = 128;

  private final SecretKey key;
  private final SecureRandom random = new SecureRandom();

  private ContactCipher(byte[] key) {
    this.key = new SecretKeySpec(key, "AES");
  }

  /** Key {@code accrual.notification.contact-key}: 32 random bytes, base64. No default. */
  static ContactCipher read(Settings settings) {
    try {
      byte[] key = Base64.getDecoder().decode(settings.text(KEY, ""));
      if (key.length == KEY_BYTES) {
        return new ContactCipher(key);
      }
    } catch (IllegalArgumentException notBase64) {
      throw wrong(notBase64);
    }
    throw wrong(null);
  }

  byte[] encrypt(String address, Patient patient, Channel channel) {
    byte[] nonce = new byte[NONCE_BYTES];
    random.nextBytes(nonce);
    try {
      byte[] ciphertext =
          cipher(Cipher.ENCRYPT_MODE, nonce, patient, channel)
              .doFinal(address.getBytes(StandardCharsets.UTF_8));
      byte[] box = new byte[1 + NONCE_BYTES + ciphertext.length];
      box[0] = FORMAT;
      System.arraycopy(nonce, 0, box, 1, NONCE_BYTES);
      System.arraycopy(ciphertext, 0, box, 1 + NONCE_BYTES, ciphertext.length);
      return box;
    } catch (GeneralSecurityException missing) {
      throw new IllegalStateException("this JDK lacks AES-GCM", missing);
    }
  }

  /**
   * @throws UnreadableContact if it was encrypted with another key, or for somebody else
   */
  String decrypt(byte[] box, Patient patient, Channel channel) {
    if (box.length <= 1 + NONCE_BYTES || box[0] != FORMAT) {
      throw new UnreadableContact(patient, null);
    }
    try {
      byte[] nonce = Arrays.copyOfRange(box, 1, 1 + NONCE_BYTES);
      byte[] address =
          cipher(Cipher.DECRYPT_MODE, nonce, patient, channel)
              .doFinal(box, 1 + NONCE_BYTES, box.length - 1 - NONCE_BYTES);
      return new String(address, StandardCharsets.UTF_8);
    } catch (GeneralSecurityException broken) {
      throw new UnreadableContact(patient, broken);
    }
  }

  private Cipher cipher(int mode, byte[] nonce, Patient patient, Channel channel)
      throws GeneralSecurityException {
    Cipher cipher = Cipher.getInstance("AES/GCM/NoPadding");
    cipher.init(mode, key, new GCMParameterSpec(TAG_BITS, nonce));
    cipher.updateAAD((channel.inSql() + ":" + patient).getBytes(StandardCharsets.UTF_8));
    return cipher;
  }

  private static InvalidSetting wrong(@org.jspecify.annotations.Nullable Throwable cause) {
    InvalidSetting invalid = new InvalidSetting(KEY, "(not shown)", "32 random bytes, base64");
    invalid.initCause(cause);
    return invalid;
  }

  /** Without the key. */
  @Override
  public String toString() {
    return "ContactCipher";
  }
}
