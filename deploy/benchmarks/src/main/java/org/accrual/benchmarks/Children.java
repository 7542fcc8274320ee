package org.accrual.benchmarks;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;

/** Starts programs whose figures do not depend on what is set in the shell. */
public final class Children {
  private static final List<String> SETTINGS = List.of("ACCRUAL_", "OTEL_");

  private Children() {}

  /**
   * Starts a program without the product's settings and those of its telemetry in the environment.
   */
  public static Process start(List<String> command, Path log) throws IOException {
    ProcessBuilder builder =
        new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(log.toFile());
    builder
        .environment()
        .keySet()
        .removeIf(name -> SETTINGS.stream().anyMatch(name.toUpperCase(Locale.ROOT)::startsWith));
    return builder.start();
  }
}
