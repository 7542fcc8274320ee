package org.accrual.systemtests;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.accrual.local.Build;

/**
 * Holds the result of a program that has ended.
 *
 * @param exit its exit code
 * @param output its standard output and standard error
 */
record Command(int exit, String output) {
  /** Returns the first line that contains these words; empty if none does. */
  String line(String words) {
    return output.lines().filter(line -> line.contains(words)).findFirst().orElse("");
  }

  static Command ofConsumers(String jdbcUrl, String... words) {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.add("-Daccrual.database.url=" + jdbcUrl);
    command.add("-Daccrual.database.user=postgres");
    command.add("-jar");
    command.add(Build.here().jar("consumers", "accrual-consumers").toString());
    command.addAll(List.of(words));
    return run(ChildProcess.builder(command));
  }

  /** Runs a program to its end. */
  static Command run(ProcessBuilder program) {
    try {
      Process process = program.redirectErrorStream(true).start();
      String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      return new Command(process.waitFor(), output);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }
}
