package org.accrual.embedded;

import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/**
 * A data folder and the programs that work on it.
 *
 * @param data absolute: a server's command line is recognized by it
 * @param log where the programs' output goes
 */
record PostgresFolder(PostgresBinaries binaries, Path data, Redirect log) {
  private static final Map<String, String> SETTINGS =
      Map.ofEntries(
          Map.entry("unix_socket_directories", ""),
          Map.entry("fsync", "on"),
          Map.entry("synchronous_commit", "on"),
          Map.entry("wal_level", "logical"),
          Map.entry("max_connections", "200"),
          Map.entry("max_wal_senders", "20"),
          Map.entry("max_replication_slots", "20"),
          Map.entry("timezone", "UTC"),
          Map.entry("log_timezone", "UTC"));

  static PostgresFolder in(Path dataDir, Redirect log) {
    Path data = dataDir.toAbsolutePath().normalize().resolve("data");
    return new PostgresFolder(PostgresBinaries.unpacked(), data, log);
  }

  /** Runs initdb unless it has been run to its end. */
  void initialize() throws IOException, InterruptedException {
    // A folder on which initdb was cut short is made again.
    Path finished = data.resolveSibling("initialized");
    if (Files.exists(finished)) {
      return;
    }
    Files.createDirectories(data.getParent());
    Folders.delete(data);
    ProcessBuilder initdb =
        program("initdb", "-D", data.toString(), "-U", "postgres", "-A", "trust")
            .redirectOutput(log);
    // PostgreSQL's own C.UTF-8: not every C library has a locale of that name.
    initdb
        .command()
        .addAll(
            List.of(
                "--encoding=UTF8",
                "--locale=C",
                "--locale-provider=builtin",
                "--builtin-locale=C.UTF-8"));
    int code = Tether.start(initdb, Process::destroyForcibly).waitFor();
    if (code != 0) {
      throw new EmbeddedPartException(
          "PostgreSQL's initdb failed with code %d on %s. Read its log".formatted(code, data));
    }
    Files.createFile(finished);
  }

  /** Starts a server; it ends with this process. */
  Process start(String host, int port, Map<String, String> settings) throws IOException {
    Map<String, String> all = new LinkedHashMap<>(SETTINGS);
    all.put("listen_addresses", host);
    all.put("port", Integer.toString(port));
    all.putAll(settings);
    List<String> arguments = new ArrayList<>(List.of("-D", data.toString()));
    all.forEach((key, value) -> arguments.addAll(List.of("-c", key + "=" + value)));
    ProcessBuilder server =
        program("postgres", arguments.toArray(String[]::new)).redirectOutput(log);
    return Tether.start(server, child -> stop(child.toHandle(), "fast"));
  }

  /**
   * Stops the server that {@code postmaster.pid} names, if it lives and is one of this folder: two
   * servers must never run on one.
   */
  void stopLeftOver() {
    leftOver().ifPresent(server -> stop(server, "immediate"));
  }

  /** Ends sessions and stops within 25 s; kills what does not stop. */
  void stop(ProcessHandle server, String mode) {
    try {
      if (server.isAlive()) {
        program("pg_ctl", "stop", "-D", data.toString(), "-m", mode, "-t", "20")
            .redirectOutput(Redirect.DISCARD)
            .start()
            .waitFor(25, TimeUnit.SECONDS);
      }
    } catch (IOException e) {
      throw new EmbeddedPartException("PostgreSQL cannot be stopped: " + e.getMessage(), e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } finally {
      server.destroyForcibly();
      server.onExit().join();
    }
  }

  private Optional<ProcessHandle> leftOver() {
    Path file = data.resolve("postmaster.pid");
    try {
      List<String> lines = Files.exists(file) ? Files.readAllLines(file) : List.of();
      return lines.stream()
          .findFirst()
          .flatMap(pid -> ProcessHandle.of(Long.parseLong(pid.trim())))
          .filter(this::isServerHere);
    } catch (IOException | NumberFormatException unreadable) {
      return Optional.empty();
    }
  }

  /** The number may belong to another program by now, or to the server of another folder. */
  private boolean isServerHere(ProcessHandle process) {
    ProcessHandle.Info info = process.info();
    return info.command().filter(command -> command.endsWith("/postgres")).isPresent()
        && List.of(info.arguments().orElse(new String[0])).contains(data.toString());
  }

  private ProcessBuilder program(String name, String... arguments) {
    return new ProcessBuilder(binaries.command(name, arguments))
        .redirectInput(Redirect.from(Folders.nothing()))
        .redirectErrorStream(true);
  }
}
