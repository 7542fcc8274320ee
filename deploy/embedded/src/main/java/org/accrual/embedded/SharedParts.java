package org.accrual.embedded;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * One PostgreSQL, Kafka and registry for all tests of a JVM, started when first asked for and
 * stopped when the JVM ends. Who needs Kafka or the registry needs the other too, so these two
 * start side by side. Databases are fresh per call; Kafka's topics have fixed names, so tests that
 * share the broker use keys and groups of their own.
 */
public final class SharedParts {
  private static final String HOST = "127.0.0.1";

  private static final Map<String, String> TEMPLATES = new HashMap<>();
  private static final AtomicInteger DATABASES = new AtomicInteger();
  private static @Nullable Path folder;
  private static @Nullable EmbeddedPostgres postgres;
  private static @Nullable Events events;

  private record Events(
      CompletableFuture<EmbeddedKafka> kafka, CompletableFuture<EmbeddedRegistry> registry) {}

  private SharedParts() {}

  public static synchronized EmbeddedPostgres postgres() {
    if (postgres == null) {
      postgres = EmbeddedPostgres.start(folder("postgresql"), HOST, 0);
    }
    return postgres;
  }

  public static EmbeddedKafka kafka() {
    return events().kafka().join();
  }

  public static EmbeddedRegistry registry() {
    return events().registry().join();
  }

  private static synchronized Events events() {
    if (events == null) {
      KafkaLogs.warningsOnly();
      Path logs = folder("kafka");
      Path registry = folder("registry");
      events =
          new Events(
              starting("kafka", () -> EmbeddedKafka.start(logs, HOST, 0)),
              starting("registry", () -> EmbeddedRegistry.start(registry, HOST, 0)));
    }
    return events;
  }

  private static <P> CompletableFuture<P> starting(String name, Supplier<P> part) {
    return CompletableFuture.supplyAsync(
        part, start -> Thread.ofPlatform().name("start-" + name).start(start));
  }

  /** JDBC address of a new, empty database. */
  public static String emptyDatabase() {
    String name = "test_" + DATABASES.incrementAndGet();
    postgres().createDatabase(name);
    return postgres().jdbcUrl(name);
  }

  /**
   * JDBC address of a new database, a copy of one that {@code migration} has been run on: it is
   * given that one's address, once per JVM.
   *
   * @param template names the migration's outcome; callers with the same name share it
   */
  public static synchronized String database(String template, Consumer<String> migration) {
    String source =
        TEMPLATES.computeIfAbsent(
            template,
            name -> {
              postgres().createDatabase("template_" + name);
              migration.accept(postgres().jdbcUrl("template_" + name));
              return "template_" + name;
            });
    String copy = "test_" + DATABASES.incrementAndGet();
    try (var connection =
            DriverManager.getConnection(postgres().jdbcUrl("postgres") + "?user=postgres");
        var statement = connection.createStatement()) {
      statement.execute(
          "create database %s template %s"
              .formatted(copy, statement.enquoteIdentifier(source, true)));
    } catch (SQLException e) {
      throw new EmbeddedPartException("Cannot copy database " + source, e);
    }
    return postgres().jdbcUrl(copy);
  }

  private static Path folder(String part) {
    if (folder == null) {
      try {
        folder = Files.createTempDirectory("accrual-test-");
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
      Runtime.getRuntime().addShutdownHook(new Thread(SharedParts::stop, "stop-shared-parts"));
    }
    return folder.resolve(part);
  }

  private static synchronized void stop() {
    if (events != null) {
      stop(events.registry());
      stop(events.kafka());
    }
    if (postgres != null) {
      stop(CompletableFuture.completedFuture(postgres));
    }
    if (folder != null) {
      Folders.delete(folder);
    }
  }

  private static void stop(CompletableFuture<? extends AutoCloseable> part) {
    try {
      part.join().close();
    } catch (Exception e) {
      System.err.println("cannot stop a part: " + e);
    }
  }
}
