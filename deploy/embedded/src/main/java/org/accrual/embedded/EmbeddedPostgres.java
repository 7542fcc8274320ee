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
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * A PostgreSQL server on loopback, a child process of this one. What is committed survives a kill
 * -9 of the server, of this process, or of both: the next start on the same folder first stops what
 * is left. Owner {@code postgres}, no password.
 */
public final class EmbeddedPostgres implements AutoCloseable {
  private static final Duration START_LIMIT = Duration.ofSeconds(60);

  private final PostgresFolder folder;
  private final String host;
  private final int port;
  private final Process server;

  private EmbeddedPostgres(PostgresFolder folder, String host, int port, Process server) {
    this.folder = folder;
    this.host = host;
    this.port = port;
    this.server = server;
  }

  /**
   * Runs a server until this process is stopped or the server ends. A failure is one line and exit
   * code 1.
   *
   * @param args folder, host, port, then the databases to create if they are missing
   */
  public static void main(String[] args) throws InterruptedException {
    Locale.setDefault(Locale.ROOT);
    try {
      PostgresFolder folder = PostgresFolder.in(Path.of(args[0]), Redirect.INHERIT);
      EmbeddedPostgres postgres = start(folder, args[1], Integer.parseInt(args[2]), Map.of());
      Stream.of(args).skip(3).forEach(postgres::createDatabase);
      System.out.printf("postgresql ready on %s:%d%n", postgres.host, postgres.port);
      int code = postgres.server.waitFor();
      System.out.printf("postgresql ended with code %d%n", code);
    } catch (EmbeddedPartException e) {
      System.err.println(e.getMessage());
    }
    System.exit(1);
  }

  /** Starts with the default settings. */
  public static EmbeddedPostgres start(Path dataDir, String host, int port) {
    return start(dataDir, host, port, Map.of());
  }

  /**
   * Starts the server and waits until it answers, at most 60 s.
   *
   * @param dataDir made and initialized if it is not there; holds the log, {@code postgresql.log}
   * @param host address to listen on
   * @param port 0 for a free one
   * @param settings of {@code postgresql.conf}, over the defaults
   */
  public static EmbeddedPostgres start(
      Path dataDir, String host, int port, Map<String, String> settings) {
    try {
      Files.createDirectories(dataDir);
    } catch (IOException e) {
      throw new EmbeddedPartException("Cannot make " + dataDir + ": " + e.getMessage(), e);
    }
    Redirect log = Redirect.appendTo(dataDir.resolve("postgresql.log").toFile());
    return start(PostgresFolder.in(dataDir, log), host, FreePort.orPicked(port), settings);
  }

  private static EmbeddedPostgres start(
      PostgresFolder folder, String host, int port, Map<String, String> settings) {
    Instant limit = Instant.now().plus(START_LIMIT);
    try {
      folder.stopLeftOver();
      folder.initialize();
      while (true) {
        Process server = folder.start(host, port, settings);
        EmbeddedPostgres postgres = new EmbeddedPostgres(folder, host, port, server);
        if (postgres.awaitReady(limit)) {
          return postgres;
        }
        // The backends of a killed server hold its shared memory for a moment: once more.
        server.destroyForcibly();
        if (Instant.now().isAfter(limit) || !FreePort.isFree(host, port)) {
          throw new EmbeddedPartException(
              "PostgreSQL did not start on %s:%d. Read its log, and see that the port is free"
                  .formatted(host, port));
        }
      }
    } catch (IOException e) {
      throw new EmbeddedPartException("PostgreSQL cannot be run: " + e.getMessage(), e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new EmbeddedPartException("Interrupted while starting PostgreSQL", e);
    }
  }

  /** Stops a server on that folder that outlived whoever started it, if there is one. */
  public static void stopLeftOver(Path dataDir) {
    PostgresFolder.in(dataDir, Redirect.DISCARD).stopLeftOver();
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
    return jdbcUrl(host, port, database);
  }

  public static String jdbcUrl(String host, int port, String database) {
    return "jdbc:postgresql://" + host + ":" + port + "/" + database;
  }

  /** Makes the database unless it is there. */
  public void createDatabase(String name) {
    try (Connection connection = connect(jdbcUrl("postgres"));
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
    return answers(jdbcUrl("postgres"));
  }

  /** Whether the database of that address answers its owner now. */
  public static boolean answers(String jdbcUrl) {
    try (Connection connection = connect(jdbcUrl);
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

  /** Ends sessions and stops within 25 s; kills what does not stop. */
  @Override
  public void close() {
    folder.stop(server.toHandle(), "fast");
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

  private static Connection connect(String jdbcUrl) throws SQLException {
    return DriverManager.getConnection(
        jdbcUrl + "?user=postgres&connectTimeout=5&socketTimeout=60");
  }
}
