package org.accrual.local;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import org.accrual.runtime.blinding.BlindingKeys;

/**
 * The installation's keys, kept with its data: what was sealed under them is lost without them.
 * Read and written by the owner only, and handed over in the environment, which others cannot see.
 *
 * @param publicKey seals
 * @param privateKey opens; for randomization and supply alone
 * @param fingerprintKey of the write side: without it a request's fingerprint could be guessed back
 */
record Blinding(String publicKey, String privateKey, String fingerprintKey) {
  private static final int FINGERPRINT_KEY_BYTES = 32;

  /** The pair kept in that folder, made now if there is none. */
  static Blinding in(Path data) {
    Path file = data.resolve("blinding.keys");
    try {
      if (!Files.exists(file)) {
        BlindingKeys keys = BlindingKeys.make();
        Path fresh =
            Files.createTempFile(
                data,
                "blinding",
                ".keys",
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        Files.write(
            fresh,
            List.of(base64(keys.publicKey()), base64(keys.privateKey()), base64(randomKey())));
        Files.move(fresh, file);
      }
      List<String> lines = Files.readAllLines(file);
      return new Blinding(lines.get(0), lines.get(1), lines.get(2));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  Map<String, String> forSealing() {
    return Map.of(
        "ACCRUAL_BLINDING_PUBLIC_KEY", publicKey, "ACCRUAL_CORE_FINGERPRINT_KEY", fingerprintKey);
  }

  Map<String, String> forOpening() {
    return Map.of(
        "ACCRUAL_BLINDING_PUBLIC_KEY", publicKey, "ACCRUAL_BLINDING_PRIVATE_KEY", privateKey);
  }

  private static byte[] randomKey() {
    byte[] key = new byte[FINGERPRINT_KEY_BYTES];
    new SecureRandom().nextBytes(key);
    return key;
  }

  private static String base64(byte[] key) {
    return Base64.getEncoder().encodeToString(key);
  }

  /** Without the keys. */
  @Override
  public String toString() {
    return "Blinding";
  }
}
