package org.accrual.systemtests;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** Checks by {@code .ci/need} that programs are there which come from the system's packages. */
final class Needed {
  private static final Path NEED = Path.of("..", "..", ".ci", "need").toAbsolutePath().normalize();
  private static final long INSTALL_MINUTES = 10;

  private Needed() {}

  /**
   * Returns once the program is there.
   *
   * @param packages of Debian that have it
   * @throws IllegalStateException with one line on what to do, if it is missing
   */
  static void program(String name, String... packages) {
    List<String> command = new ArrayList<>(List.of(NEED.toString(), name));
    command.addAll(List.of(packages));
    try {
      Path log = Files.createTempFile("need-", ".log");
      try {
        Process need =
            new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(log.toFile())
                .start();
        if (!need.waitFor(INSTALL_MINUTES, TimeUnit.MINUTES)) {
          need.destroyForcibly().waitFor();
        }
        if (need.exitValue() != 0) {
          throw new IllegalStateException(Files.readString(log).strip());
        }
      } finally {
        Files.delete(log);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }
}
