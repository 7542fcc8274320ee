package org.accrual.consumers.audit;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.List;

/**
 * The hash of an entry, as the comment on {@code audit.entry} has it, so that anyone can compute it
 * without us. Not safe for use by several threads.
 */
final class EntryHash {
  private final MessageDigest sha256 = sha256();
  private final byte[] length = new byte[4];

  /** What stands in for the hash before the first entry of a study. */
  static byte[] ofNothing(String studyId) {
    return sha256().digest(("accrual.audit.v1 " + studyId).getBytes(StandardCharsets.UTF_8));
  }

  static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException missing) {
      throw new IllegalStateException("every Java has SHA-256", missing);
    }
  }

  /**
   * @param before the hash of the entry before
   * @param fields the entry's columns but the hash, in order, as text
   */
  byte[] of(byte[] before, List<byte[]> fields) {
    sha256.update(before);
    for (byte[] field : fields) {
      length[0] = (byte) (field.length >>> 24);
      length[1] = (byte) (field.length >>> 16);
      length[2] = (byte) (field.length >>> 8);
      length[3] = (byte) field.length;
      sha256.update(length);
      sha256.update(field);
    }
    return sha256.digest();
  }
}
