package org.accrual.local;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.List;
import java.util.function.Supplier;

/** Keys kept with an installation's data, in lines that its owner alone can read and write. */
final class SecretFile {
  private SecretFile() {}

  /** The lines of a file, which is made now if it is not there: whole or not at all. */
  static List<String> lines(Path file, Supplier<List<String>> fresh) {
    try {
      if (!Files.exists(file)) {
        Path made =
            Files.createTempFile(
                file.getParent(),
                "secret",
                ".part",
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        Files.write(made, fresh.get());
        Files.move(made, file);
      }
      return Files.readAllLines(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** A key of so many random bytes, base64. */
  static String randomKey(int bytes) {
    byte[] key = new byte[bytes];
    new SecureRandom().nextBytes(key);
    return base64(key);
  }

  static String base64(byte[] key) {
    return Base64.getEncoder().encodeToString(key);
  }
}
