package org.accrual.systemtests;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * A command that was carried out.
 *
 * @param exit its exit code
 * @param output what it said, errors too
 */
record Command(int exit, String output) {
  private static final Path CONSUMERS = Path.of("../../consumers/target").toAbsolutePath();

  /** The first line that has these words; empty if none has. */
  String line(String words) {
    return output.lines().filter(line -> line.contains(words)).findFirst().orElse("");
  }

  static Command ofConsumers(String jdbcUrl, String... words) {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.add("-Daccrual.database.url=" + jdbcUrl);
    command.add("-Daccrual.database.user=postgres");
    command.add("-jar");
    command.add(consumersJar().toString());
    command.addAll(List.of(words));
    try {
      Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
      String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      return new Command(process.waitFor(), output);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  private static Path consumersJar() {
    try (Stream<Path> files = Files.list(CONSUMERS)) {
      return files
          .filter(
              file ->
                  file.getFileName()
                      .toString()
                      .matches("accrual-consumers-[0-9.]+(-SNAPSHOT)?\\.jar"))
          .findFirst()
          .orElseThrow(() -> new AssertionError("not built: " + CONSUMERS));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
