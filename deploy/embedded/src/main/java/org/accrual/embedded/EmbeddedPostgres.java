package org.accrual.embedded;

import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/**
 * A PostgreSQL server on loopback, a child process of this one. What is committed survives a kill
 * -9 of the server, of this process, or of both: the next start on the same folder first stops what
 * is left. Owner {@code postgres}, no password.
 */
public final class EmbeddedPostgres implements AutoCloseable {
  private static final Duration START_LIMIT = Duration.ofSeconds(60);
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

  private final PostgresBinaries binaries;
  private final Path data;
  private final String host;
  private final int port;
  private final Process server;

  private EmbeddedPostgres(
      PostgresBinaries binaries, Path data, String host, int port, Process server) {
    this.binaries = binaries;
    this.data = data;
    this.host = host;
    this.port = port;
    this.server = server;
  }

  /** Arguments: folder, host, port. Runs until it is told to stop or the server ends. */
  public static void main(String[] args) throws InterruptedException {
    EmbeddedPostgres postgres =
        start(Path.of(args[0]), args[1], Integer.parseInt(args[2]), Map.of(), Redirect.INHERIT);
    Runtime.getRuntime().addShutdownHook(new Thread(postgres::close, "stop-postgresql"));
    System.out.printf("postgresql ready on %s:%d%n", postgres.host, postgres.port);
    int code = postgres.server.waitFor();
    System.out.printf("postgresql ended with code %d%n", code);
    System.exit(1);
  }

  /**
   * Starts with the default settings; the server's log goes to {@code postgresql.log} in the
   * folder.
   */
  public static EmbeddedPostgres start(Path dataDir, String host, int port) {
    return start(dataDir, host, port, Map.of());
  }

  /**
   * Starts the server and waits until it answers, at most 60 s.
   *
   * @param dataDir made and initialized if it is not there
   * @param host address to listen on
   * @param port 0 for a free one
   * @param settings of {@code postgresql.conf}, over the defaults
   */
  public static EmbeddedPostgres start(
      Path dataDir, String host, int port, Map<String, String> settings) {
    Path log = dataDir.resolve("postgresql.log");
    return start(dataDir, host, port, settings, Redirect.appendTo(log.toFile()));
  }

  private static EmbeddedPostgres start(
      Path dataDir, String host, int port, Map<String, String> settings, Redirect log) {
    PostgresBinaries binaries = PostgresBinaries.unpacked();
    Path data = dataDir.toAbsolutePath().normalize().resolve("data");
    int bound = FreePort.orPicked(port);
    try {
      Files.createDirectories(data.getParent());
      StalePostgres.stop(binaries, data);
      initialize(binaries, data, log);
      List<String> command = serverCommand(binaries, data, host, bound, settings);
      Instant limit = Instant.now().plus(START_LIMIT);
      while (true) {
        var postgres = new EmbeddedPostgres(binaries, data, host, bound, run(command, log));
        if (postgres.awaitReady(limit)) {
          return postgres;
        }
        // The backends of a killed server hold its shared memory for a moment: once more.
        if (Instant.now().isAfter(limit) || !FreePort.isFree(host, bound)) {
          postgres.server.destroyForcibly();
          throw new EmbeddedPartException(
              "PostgreSQL did not start on %s:%d. Read its log, and see that the port is free"
                  .formatted(host, bound));
        }
      }
    } catch (IOException e) {
      throw new EmbeddedPartException("PostgreSQL cannot be run: " + e.getMessage(), e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new EmbeddedPartException("Interrupted while starting PostgreSQL", e);
    }
  }

  public String host() {
    return host;
  }

  public int port() {
    return port;
  }

  /** Process id of the server itself. */
  public long pid() {
    return server.pid();
  }

  public String jdbcUrl(String database) {
    return "jdbc:postgresql://%s:%d/%s".formatted(host, port, database);
  }

  /** Makes the database unless it is there. */
  public void createDatabase(String name) {
    try (Connection connection = connect("postgres");
        var query = connection.prepareStatement("select 1 from pg_database where datname = ?")) {
      query.setString(1, name);
      if (!query.executeQuery().next()) {
        try (Statement statement = connection.createStatement()) {
          statement.execute("create database " + statement.enquoteIdentifier(name, true));
        }
      }
    } catch (SQLException e) {
      throw new EmbeddedPartException("Cannot create database " + name, e);
    }
  }

  /** Whether it answers a query now. */
  public boolean healthy() {
    try (Connection connection = connect("postgres");
        Statement statement = connection.createStatement()) {
      return statement.execute("select 1");
    } catch (SQLException notNow) {
      return false;
    }
  }

  /** Completes when the server has ended, for whatever reason. */
  public CompletableFuture<Void> ended() {
    return server.onExit().thenAccept(process -> {});
  }

  /** Kills the server with SIGKILL, as a crash would. */
  public void kill() {
    server.destroyForcibly();
    server.onExit().join();
  }

  /**
   * Ends sessions and stops within 30 s; kills what does not stop. Does nothing when it has ended.
   */
  @Override
  public void close() {
    try {
      if (server.isAlive()) {
        pgCtlStop().waitFor(35, TimeUnit.SECONDS);
      }
    } catch (IOException e) {
      throw new EmbeddedPartException("PostgreSQL cannot be stopped: " + e.getMessage(), e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } finally {
      kill();
    }
  }

  private Process pgCtlStop() throws IOException {
    return new ProcessBuilder(
            binaries.command("pg_ctl", "stop", "-D", data.toString(), "-m", "fast", "-t", "30"))
        .redirectErrorStream(true)
        .redirectOutput(Redirect.DISCARD)
        .start();
  }

  /** False when the server has ended instead. */
  private boolean awaitReady(Instant limit) throws InterruptedException {
    while (Instant.now().isBefore(limit)) {
      if (healthy()) {
        return server.isAlive();
      }
      if (server.waitFor(50, TimeUnit.MILLISECONDS)) {
        return false;
      }
    }
    return false;
  }

  private Connection connect(String database) throws SQLException {
    return DriverManager.getConnection(
        jdbcUrl(database) + "?user=postgres&connectTimeout=5&socketTimeout=60");
  }

  private static List<String> serverCommand(
      PostgresBinaries binaries, Path data, String host, int port, Map<String, String> settings) {
    Map<String, String> all = new LinkedHashMap<>(SETTINGS);
    all.put("listen_addresses", host);
    all.put("port", Integer.toString(port));
    all.putAll(settings);
    List<String> arguments = new ArrayList<>(List.of("-D", data.toString()));
    all.forEach((key, value) -> arguments.addAll(List.of("-c", key + "=" + value)));
    return binaries.command("postgres", arguments.toArray(String[]::new));
  }

  private static void initialize(PostgresBinaries binaries, Path data, Redirect log)
      throws IOException, InterruptedException {
    // initdb writes this file last of all that we look for; a half-made folder is made again.
    Path finished = data.resolveSibling("initialized");
    if (Files.exists(finished)) {
      return;
    }
    Folders.delete(data);
    List<String> command =
        binaries.command(
            "initdb",
            "-D",
            data.toString(),
            "-U",
            "postgres",
            "-A",
            "trust",
            "-E",
            "UTF8",
            "--locale-provider=builtin",
            "--locale=C.UTF-8");
    int code = run(command, log).waitFor();
    if (code != 0) {
      throw new EmbeddedPartException(
          "PostgreSQL's initdb failed with code %d on %s. Read its log".formatted(code, data));
    }
    Files.createFile(finished);
  }

  private static Process run(List<String> command, Redirect log) throws IOException {
    return new ProcessBuilder(command)
        .redirectInput(Redirect.from(Folders.nothing()))
        .redirectErrorStream(true)
        .redirectOutput(log)
        .start();
  }
}
