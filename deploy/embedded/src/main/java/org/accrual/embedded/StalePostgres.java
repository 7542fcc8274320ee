package org.accrual.embedded;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * A postgres that outlived the process which started it. Two servers must never run on one data
 * directory, so it is stopped before a new one starts.
 */
final class StalePostgres {
  private StalePostgres() {}

  /** Stops the server that {@code postmaster.pid} names, if it lives and is one of this folder. */
  static void stop(PostgresBinaries binaries, Path data) {
    Optional<ProcessHandle> left = find(data);
    if (left.isEmpty()) {
      return;
    }
    ProcessHandle server = left.get();
    try {
      new ProcessBuilder(
              binaries.command(
                  "pg_ctl", "stop", "-D", data.toString(), "-m", "immediate", "-w", "-t", "20"))
          .redirectErrorStream(true)
          .redirectOutput(ProcessBuilder.Redirect.DISCARD)
          .start()
          .waitFor(25, TimeUnit.SECONDS);
      if (server.isAlive()) {
        server.destroyForcibly();
      }
      server.onExit().get(10, TimeUnit.SECONDS);
    } catch (IOException | java.util.concurrent.ExecutionException | TimeoutException e) {
      throw new EmbeddedPartException(
          "PostgreSQL process %d still runs on %s and cannot be stopped. Stop it: kill -9 %d"
              .formatted(server.pid(), data, server.pid()),
          e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new EmbeddedPartException("Interrupted while stopping PostgreSQL on " + data, e);
    }
  }

  private static Optional<ProcessHandle> find(Path data) {
    Path file = data.resolve("postmaster.pid");
    try {
      if (!Files.exists(file)) {
        return Optional.empty();
      }
      List<String> lines = Files.readAllLines(file);
      long pid = lines.isEmpty() ? 0 : Long.parseLong(lines.getFirst().trim());
      return ProcessHandle.of(pid).filter(process -> servesFolder(process, data));
    } catch (IOException | NumberFormatException unreadable) {
      return Optional.empty();
    }
  }

  /** The number may belong to another program by now, or to the server of another folder. */
  private static boolean servesFolder(ProcessHandle process, Path data) {
    ProcessHandle.Info info = process.info();
    return info.command().filter(command -> command.endsWith("/postgres")).isPresent()
        && List.of(info.arguments().orElse(new String[0])).contains(data.toString());
  }
}
