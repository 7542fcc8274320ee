package org.accrual.systemtests;

import java.io.IOException;
import java.util.List;
import java.util.Locale;

/** Prepares programs that tests start, whatever is set in the shell that the tests run in. */
final class ChildProcess {
  /** Settings of the product and of its telemetry; options that a JVM announces on a line. */
  private static final List<String> WITHHELD =
      List.of("ACCRUAL_", "OTEL_", "JAVA_TOOL_OPTIONS", "JDK_JAVA_OPTIONS", "_JAVA_OPTIONS");

  private ChildProcess() {}

  static ProcessBuilder builder(List<String> command) {
    ProcessBuilder builder = new ProcessBuilder(command);
    builder.environment().keySet().removeIf(ChildProcess::isWithheld);
    return builder;
  }

  private static boolean isWithheld(String variable) {
    return WITHHELD.stream().anyMatch(variable.toUpperCase(Locale.ROOT)::startsWith);
  }

  /** Sends a signal by the shell's own kill: not every system has a program of that name. */
  static void signal(String name, long pid) throws IOException, InterruptedException {
    new ProcessBuilder("/bin/sh", "-c", "kill -s \"$1\" \"$2\"", "kill", name, Long.toString(pid))
        .inheritIO()
        .start()
        .waitFor();
  }
}
