package org.accrual.local;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import org.accrual.runtime.blinding.BlindingKeys;

/**
 * The installation's key pair, kept with its data: what was sealed under it is lost without it.
 * Read and written by the owner only, and handed over in the environment, which others cannot see.
 *
 * @param publicKey seals
 * @param privateKey opens; for randomization and supply alone
 */
record Blinding(String publicKey, String privateKey) {

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
        Files.writeString(fresh, base64(keys.publicKey()) + "\n" + base64(keys.privateKey()));
        Files.move(fresh, file);
      }
      List<String> lines = Files.readAllLines(file);
      return new Blinding(lines.get(0), lines.get(1));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  Map<String, String> forSealing() {
    return Map.of("ACCRUAL_BLINDING_PUBLIC_KEY", publicKey);
  }

  Map<String, String> forOpening() {
    return Map.of(
        "ACCRUAL_BLINDING_PUBLIC_KEY", publicKey, "ACCRUAL_BLINDING_PRIVATE_KEY", privateKey);
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
