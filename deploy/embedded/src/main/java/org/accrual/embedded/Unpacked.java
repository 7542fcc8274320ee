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
 * A folder that was changed since is replaced.
 */
final class Unpacked {
  /** Counted up when archives are unpacked in another way: builds of before keep their folders. */
  private static final String FORMAT = ".2";

  private Unpacked() {}

  /** Opens the tar stream of an archive, decompressed. */
  interface Source {
    InputStream open() throws IOException;
  }

  /** Returns the folder of that name, unpacked now unless it is there as it was unpacked. */
  static synchronized Path once(String name, Source source) {
    Path folder = cache().resolve(name + FORMAT);
    try {
      if (Inventory.matches(folder)) {
        return folder;
      }
      Files.createDirectories(folder.getParent());
      try (FileChannel channel =
              FileChannel.open(
                  folder.resolveSibling(name + FORMAT + ".lock"),
                  StandardOpenOption.CREATE,
                  StandardOpenOption.WRITE);
          var lock = channel.lock()) {
        if (!Inventory.matches(folder)) {
          replace(folder, source);
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
                    .resolve("accrual"))
        .toAbsolutePath();
  }

  /** The folder appears whole or not at all. */
  private static void replace(Path folder, Source source) throws IOException {
    Path fresh = Files.createTempDirectory(folder.getParent(), folder.getFileName() + ".");
    try {
      unpack(source, fresh);
      Inventory.write(fresh);
      Folders.delete(folder);
      Files.move(fresh, folder, StandardCopyOption.ATOMIC_MOVE);
    } finally {
      Folders.delete(fresh);
    }
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
