package org.accrual.embedded;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.zip.GZIPInputStream;

/**
 * The Apicurio schema registry, a Java program of its own, as a child process of this one. It
 * speaks the Confluent-compatible API at {@link #url}.
 */
public final class EmbeddedRegistry implements AutoCloseable {
  private static final Duration START_LIMIT = Duration.ofSeconds(60);
  private static final HttpClient HTTP =
      HttpClient.newBuilder()
          .version(HttpClient.Version.HTTP_1_1)
          .connectTimeout(Duration.ofSeconds(2))
          .build();

  private final String host;
  private final int port;
  private final Process server;

  private EmbeddedRegistry(String host, int port, Process server) {
    this.host = host;
    this.port = port;
    this.server = server;
  }

  /**
   * Starts a registry that keeps schemas in memory only, and waits until it answers, at most 60 s.
   *
   * @param dataDir for its log, {@code registry.log}; made if it is not there
   * @param host address to listen on
   * @param port 0 for a free one
   */
  public static EmbeddedRegistry start(Path dataDir, String host, int port) {
    return start(dataDir, host, port, List.of());
  }

  /** The same with schemas kept in a PostgreSQL database of its own, owned by {@code postgres}. */
  public static EmbeddedRegistry start(Path dataDir, String host, int port, String jdbcUrl) {
    return start(dataDir, host, port, storage(jdbcUrl));
  }

  /** The command line of a registry that keeps its schemas in a database of its own. */
  public static List<String> command(String host, int port, String jdbcUrl) {
    return command(host, port, storage(jdbcUrl));
  }

  private static EmbeddedRegistry start(Path dataDir, String host, int port, List<String> storage) {
    int bound = FreePort.orPicked(port);
    try {
      Files.createDirectories(dataDir);
      Process server =
          new ProcessBuilder(command(host, bound, storage))
              .redirectErrorStream(true)
              .redirectOutput(Redirect.appendTo(dataDir.resolve("registry.log").toFile()))
              .start();
      EmbeddedRegistry registry = new EmbeddedRegistry(host, bound, server);
      registry.awaitReady(dataDir);
      return registry;
    } catch (IOException e) {
      throw new EmbeddedPartException("The registry cannot be run: " + e.getMessage(), e);
    }
  }

  private static List<String> command(String host, int port, List<String> storage) {
    List<String> options =
        new ArrayList<>(List.of("-Xmx192m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1"));
    options.add("--add-opens=java.base/java.lang=ALL-UNNAMED");
    options.add("--enable-native-access=ALL-UNNAMED");
    options.add("-Dquarkus.http.host=" + host);
    options.add("-Dquarkus.http.port=" + port);
    options.add("-Dquarkus.management.host=" + host);
    options.add("-Dquarkus.management.port=" + FreePort.pick());
    options.add("-Dquarkus.log.console.level=WARN");
    options.add("-Dquarkus.banner.enabled=false");
    options.addAll(storage);
    return Leash.command(options, jar());
  }

  private static List<String> storage(String jdbcUrl) {
    return List.of(
        "-Dapicurio.storage.kind=sql",
        "-Dapicurio.storage.sql.kind=postgresql",
        "-Dapicurio.datasource.url=" + jdbcUrl,
        "-Dapicurio.datasource.username=postgres",
        "-Dapicurio.datasource.password=");
  }

  private static Path jar() {
    String name = "apicurio-registry-" + Versions.registry();
    return Unpacked.once(
            name,
            () ->
                new GZIPInputStream(
                    new BufferedInputStream(Files.newInputStream(RegistryArchive.find()))))
        .resolve("quarkus-run.jar");
  }

  /** Base address of the Confluent-compatible API. */
  public String url() {
    return url(host, port);
  }

  /** Returns the base address of the Confluent-compatible API of a registry on that port. */
  public static String url(String host, int port) {
    return "http://" + host + ":" + port + "/apis/ccompat/v7";
  }

  public int port() {
    return port;
  }

  public long pid() {
    return server.pid();
  }

  /** Whether it answers a request within two seconds. */
  public boolean healthy() {
    return answers(url());
  }

  /** Whether a registry answers there within two seconds. */
  public static boolean answers(String url) {
    HttpRequest request =
        HttpRequest.newBuilder(URI.create(url + "/subjects"))
            .timeout(Duration.ofSeconds(2))
            .build();
    try {
      return HTTP.send(request, BodyHandlers.discarding()).statusCode() == 200;
    } catch (IOException notYet) {
      return false;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }

  /** Kills it with SIGKILL, as a crash would. */
  public void kill() {
    server.destroyForcibly();
    server.onExit().join();
  }

  /** Stops within 10 s; kills it otherwise. */
  @Override
  public void close() {
    server.destroy();
    try {
      server.waitFor(10, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } finally {
      kill();
    }
  }

  private void awaitReady(Path dataDir) {
    Instant limit = Instant.now().plus(START_LIMIT);
    try {
      while (!healthy()) {
        if (server.waitFor(50, TimeUnit.MILLISECONDS) || Instant.now().isAfter(limit)) {
          kill();
          throw new EmbeddedPartException(
              "The registry did not start on %s:%d. Read %s"
                  .formatted(host, port, dataDir.resolve("registry.log")));
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      kill();
      throw new EmbeddedPartException("Interrupted while starting the registry", e);
    }
  }
}
