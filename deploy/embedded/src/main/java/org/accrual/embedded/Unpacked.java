package org.accrual.embedded;

import java.io.IOException;
import java.io.InputStream;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Optional;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;

/**
 * Archives unpacked once per user and version, for every process to run from: under {@code
 * accrual.embedded.cache}, by default {@code $XDG_CACHE_HOME/accrual} or {@code ~/.cache/accrual}.
 */
final class Unpacked {
  private Unpacked() {}

  /** Opens the tar stream of an archive, decompressed. */
  interface Source {
    InputStream open() throws IOException;
  }

  /** The folder of that name, unpacked now if it never was; whole or not there at all. */
  static synchronized Path once(String name, Source source) {
    Path folder = cache().resolve(name);
    if (Files.isDirectory(folder)) {
      return folder;
    }
    try {
      Files.createDirectories(folder.getParent());
      try (FileChannel channel =
              FileChannel.open(
                  folder.resolveSibling(name + ".lock"),
                  StandardOpenOption.CREATE,
                  StandardOpenOption.WRITE);
          var lock = channel.lock()) {
        if (!Files.isDirectory(folder)) {
          Path fresh = Files.createTempDirectory(folder.getParent(), name + ".");
          unpack(source, fresh);
          Files.move(fresh, folder, StandardCopyOption.ATOMIC_MOVE);
        }
      }
      return folder;
    } catch (IOException e) {
      throw new EmbeddedPartException(
          "Cannot unpack %s into %s: %s. Set accrual.embedded.cache to a folder that can be written"
              .formatted(name, folder, e),
          e);
    }
  }

  private static Path cache() {
    return Optional.ofNullable(System.getProperty("accrual.embedded.cache"))
        .map(Path::of)
        .orElseGet(
            () ->
                Optional.ofNullable(System.getenv("XDG_CACHE_HOME"))
                    .filter(home -> !home.isBlank())
                    .map(Path::of)
                    .orElseGet(() -> Path.of(System.getProperty("user.home"), ".cache"))
                    .resolve("accrual"));
  }

  private static void unpack(Source source, Path into) throws IOException {
    try (TarArchiveInputStream tar = new TarArchiveInputStream(source.open())) {
      for (TarArchiveEntry entry = tar.getNextEntry(); entry != null; entry = tar.getNextEntry()) {
        Path file = into.resolve(entry.getName()).normalize();
        if (!file.startsWith(into)) {
          throw new IOException("entry leaves the archive: " + entry.getName());
        }
        write(tar, entry, file);
      }
    }
  }

  private static void write(TarArchiveInputStream tar, TarArchiveEntry entry, Path file)
      throws IOException {
    if (entry.isDirectory()) {
      Files.createDirectories(file);
      return;
    }
    Files.createDirectories(file.getParent());
    if (entry.isSymbolicLink()) {
      Files.createSymbolicLink(file, Path.of(entry.getLinkName()));
      return;
    }
    Files.copy(tar, file);
    if ((entry.getMode() & 0100) != 0) {
      Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
    }
  }
}
