package org.accrual.runtime.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("The source code")
class OneMeterFactoryTest {
  private static final List<String> FOREIGN =
      List.of("microprofile.metrics.MetricRegistry", "io.helidon.metrics", "io.micrometer");

  @Test
  @DisplayName("creates meters in the class Meters only")
  void createsMetersInOneClassOnly() throws IOException {
    try (Stream<Path> files = Files.walk(project())) {
      List<String> users =
          files
              .filter(file -> file.toString().replace('\\', '/').contains("/src/main/java/"))
              .filter(file -> file.toString().endsWith(".java"))
              .filter(OneMeterFactoryTest::usesARegistry)
              .map(file -> file.getFileName().toString())
              .toList();
      assertThat(users).containsExactly("Meters.java");
    }
  }

  /** Looks at code, not at comments: what is used is imported or written out. */
  private static boolean usesARegistry(Path file) {
    try {
      return Files.readAllLines(file).stream()
          .map(String::strip)
          .filter(line -> !line.startsWith("*") && !line.startsWith("//") && !line.startsWith("\""))
          .anyMatch(line -> FOREIGN.stream().anyMatch(line::contains));
    } catch (IOException e) {
      throw new UncheckedIOException(file.toString(), e);
    }
  }

  private static Path project() {
    Path folder = Path.of("").toAbsolutePath();
    while (!Files.isRegularFile(folder.resolve("deploy/up"))) {
      folder = folder.getParent();
    }
    return folder;
  }
}
