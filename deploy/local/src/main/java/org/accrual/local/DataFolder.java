package org.accrual.local;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.accrual.embedded.Folders;

/** Everything that a stack keeps. */
final class DataFolder {
  private DataFolder() {}

  /** Deletes all but the launcher's lock, which its holder calls this under. */
  static void empty(Path data) {
    try (Stream<Path> found = Files.list(data)) {
      List<Path> all = found.filter(path -> !path.endsWith(InstanceLock.FILE)).toList();
      all.forEach(Folders::delete);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot empty " + data, e);
    }
  }
}
