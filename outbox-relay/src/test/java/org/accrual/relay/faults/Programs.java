package org.accrual.relay.faults;

import java.io.File;
import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.accrual.embedded.EmbeddedKafka;
import org.accrual.embedded.Leash;
import org.accrual.relay.Main;

/** Starts the programs of a fault run as processes that end with this one. */
final class Programs {
  private static final List<String> OPTIONS =
      List.of(
          "-XX:+UseSerialGC",
          "-XX:TieredStopAtLevel=1",
          "--enable-native-access=ALL-UNNAMED",
          "--sun-misc-unsafe-memory-access=allow");

  private Programs() {}

  static Process kafka(Path folder, int port) throws IOException {
    List<String> command = java("-Xmx512m", System.getProperty("java.class.path"));
    command.addAll(
        List.of(
            EmbeddedKafka.class.getName(), folder.toString(), "127.0.0.1", Integer.toString(port)));
    return start(command, folder.resolveSibling("kafka.log"));
  }

  /**
   * The relay, from its jar.
   *
   * @param before class files that take the place of the jar's; may be empty
   * @param settings as {@code key=value}
   * @param arguments of the relay, such as {@code recover}
   */
  static Process relay(
      String heap, List<Path> before, List<String> settings, Path log, String... arguments)
      throws IOException {
    List<String> path = new ArrayList<>();
    before.forEach(folder -> path.add(folder.toString()));
    path.add(jar().toString());
    path.add(leash());
    List<String> command = java(heap, String.join(File.pathSeparator, path));
    command.addAll(3, settings.stream().map(setting -> "-D" + setting).toList());
    command.add(Main.class.getName());
    command.addAll(List.of(arguments));
    return start(command, log);
  }

  /** Ends a process with SIGKILL and waits for its end. */
  static void end(Process process) {
    try {
      if (!process.destroyForcibly().waitFor(30, TimeUnit.SECONDS)) {
        throw new IllegalStateException("process %d does not end".formatted(process.pid()));
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  private static List<String> java(String heap, String path) {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.add(heap);
    command.addAll(OPTIONS);
    command.addAll(List.of("-cp", path, Leash.class.getName()));
    return command;
  }

  private static String leash() {
    return Stream.of(System.getProperty("java.class.path").split(File.pathSeparator))
        .filter(entry -> entry.contains("accrual-embedded") || entry.contains("embedded/target"))
        .findFirst()
        .orElseThrow();
  }

  static Path jar() throws IOException {
    try (Stream<Path> files = Files.list(Path.of("target"))) {
      return files
          .filter(file -> file.getFileName().toString().matches("accrual-outbox-relay-.*\\.jar"))
          .findFirst()
          .orElseThrow(() -> new IllegalStateException("package the relay first"))
          .toAbsolutePath();
    }
  }

  private static Process start(List<String> command, Path log) throws IOException {
    return new ProcessBuilder(command)
        .redirectErrorStream(true)
        .redirectOutput(Redirect.appendTo(log.toFile()))
        .start();
  }
}
