package org.accrual.benchmarks;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;

/** What the build has made. */
public final class Built {
  private Built() {}

  /** The jar of a module, with its libraries beside it. */
  public static Path jar(String module, String artifact) throws IOException {
    Path home = Path.of("").toAbsolutePath();
    while (!Files.isRegularFile(home.resolve("deploy/up"))) {
      home = home.getParent();
      if (home == null) {
        throw new IllegalStateException("run this inside the project's folder");
      }
    }
    try (Stream<Path> built = Files.list(home.resolve(module).resolve("target"))) {
      return built
          .filter(file -> file.getFileName().toString().matches(artifact + "-.*\\.jar"))
          .findFirst()
          .orElseThrow(() -> new IllegalStateException("build first: mvn -DskipTests package"));
    }
  }
}
