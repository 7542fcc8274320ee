package org.accrual.embedded;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFileAttributes;
import java.nio.file.attribute.PosixFilePermission;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * Lists an unpacked folder's files with type, size and time of change, in a file of that folder.
 * The list shows whether a file has been changed, added or deleted since, without reading them all.
 */
final class Inventory {
  private static final String FILE = ".inventory";

  private Inventory() {}

  /** Writes the list of what the folder holds now. */
  static void write(Path folder) throws IOException {
    Files.write(folder.resolve(FILE), list(folder));
  }

  /** Returns whether the folder is there and holds exactly what its list says. */
  static boolean matches(Path folder) throws IOException {
    Path file = folder.resolve(FILE);
    return Files.isRegularFile(file) && Files.readAllLines(file).equals(list(folder));
  }

  private static List<String> list(Path folder) throws IOException {
    List<String> lines = new ArrayList<>();
    try (Stream<Path> found = Files.walk(folder)) {
      found
          .filter(path -> !path.equals(folder) && !path.equals(folder.resolve(FILE)))
          .sorted()
          .forEach(path -> lines.add(line(folder, path)));
    } catch (UncheckedIOException e) {
      throw e.getCause();
    }
    return lines;
  }

  private static String line(Path folder, Path path) {
    try {
      PosixFileAttributes found =
          Files.readAttributes(path, PosixFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
      String name = folder.relativize(path).toString();
      if (found.isDirectory()) {
        return "folder " + name;
      }
      if (found.isSymbolicLink()) {
        return "link " + name + " to " + Files.readSymbolicLink(path);
      }
      boolean executable = found.permissions().contains(PosixFilePermission.OWNER_EXECUTE);
      return (executable ? "program " : "file ")
          + found.size()
          + " "
          + found.lastModifiedTime().toMillis()
          + " "
          + name;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
