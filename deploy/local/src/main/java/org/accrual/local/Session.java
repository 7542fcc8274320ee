package org.accrual.local;

import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Terminal sessions. Ctrl-C reaches every process of the terminal's foreground group; children in a
 * session of their own are spared, so that the launcher can stop them in order. Where there is no
 * {@code setsid} (macOS) all end at once, which loses nothing.
 */
final class Session {
  private static final Optional<Path> SETSID =
      Stream.of(System.getenv().getOrDefault("PATH", "").split(File.pathSeparator))
          .filter(folder -> !folder.isEmpty())
          .map(folder -> Path.of(folder, "setsid"))
          .filter(Files::isExecutable)
          .findFirst();

  private Session() {}

  static List<String> ofItsOwn(List<String> command) {
    List<String> all = new ArrayList<>();
    SETSID.map(Path::toString).ifPresent(all::add);
    all.addAll(command);
    return all;
  }
}
