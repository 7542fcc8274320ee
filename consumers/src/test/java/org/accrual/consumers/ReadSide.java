package org.accrual.consumers;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.StringJoiner;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.accrual.embedded.EmbeddedKafka;
import org.accrual.embedded.SharedParts;
import org.accrual.fixtures.EventWriter;
import org.accrual.provision.Database;
import org.accrual.provision.Schemas;
import org.accrual.provision.TopicPlan;
import org.accrual.runtime.DatabaseSettings;

/**
 * What a consumers process needs: a broker and a database of the test's own, so that groups and
 * halted partitions are too, and the registry that all tests share.
 */
public final class ReadSide implements AutoCloseable {
  private final Path folder;
  private final EmbeddedKafka kafka;
  private final String database;
  private final URI registry = URI.create(SharedParts.registry().url());
  private final EventWriter writer;
  private final List<ConsumersProcess> processes = new ArrayList<>();

  public ReadSide() {
    try {
      folder = Files.createTempDirectory("accrual-read-side-");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    kafka = EmbeddedKafka.start(folder.resolve("kafka"), "127.0.0.1", 0);
    database =
        SharedParts.database(
            "migrated", url -> Database.migrate(new DatabaseSettings(url, "postgres", "")));
    TopicPlan.apply(kafka.bootstrapServers(), 1);
    Schemas.register(registry);
    writer = new EventWriter(kafka.bootstrapServers(), registry);
  }

  public EventWriter writer() {
    return writer;
  }

  /** A process that builds the projection and serves queries; not waited for. */
  public ConsumersProcess start(Map<String, String> settings) {
    Map<String, String> all = new HashMap<>();
    all.put("accrual.consumers.enabled", "projection");
    all.put("accrual.database.url", database);
    all.put("accrual.kafka.bootstrap-servers", kafka.bootstrapServers());
    all.put("accrual.registry.url", registry.toString());
    all.put("accrual.intake.retry-pause", "500ms");
    all.putAll(settings);
    ConsumersProcess process =
        new ConsumersProcess(all, Path.of("target", folder.getFileName() + "-" + processes.size()));
    processes.add(process);
    return process;
  }

  /** Rows of a query, columns joined by {@code |}. */
  public List<String> rows(String sql) {
    try (Connection connection = DriverManager.getConnection(database + "?user=postgres");
        ResultSet found = connection.createStatement().executeQuery(sql)) {
      List<String> rows = new ArrayList<>();
      while (found.next()) {
        StringJoiner row = new StringJoiner("|");
        for (int i = 1; i <= found.getMetaData().getColumnCount(); i++) {
          row.add(String.valueOf(found.getString(i)));
        }
        rows.add(row.toString());
      }
      return rows;
    } catch (SQLException e) {
      throw new AssertionError(e);
    }
  }

  /** What all processes have logged. */
  public String logs() {
    return processes.stream().map(ConsumersProcess::log).collect(Collectors.joining());
  }

  public void execute(String sql) {
    try (Connection connection = DriverManager.getConnection(database + "?user=postgres")) {
      connection.createStatement().execute(sql);
    } catch (SQLException e) {
      throw new AssertionError(e);
    }
  }

  /** Lets anyone connect to the database, or nobody; who is connected is thrown out. */
  public void connections(boolean allowed) {
    String name = database.substring(database.lastIndexOf('/') + 1);
    String admin = SharedParts.postgres().jdbcUrl("postgres") + "?user=postgres";
    try (Connection connection = DriverManager.getConnection(admin);
        var statement = connection.createStatement()) {
      statement.execute("alter database %s allow_connections %s".formatted(name, allowed));
      statement.execute(
          "select pg_terminate_backend(pid) from pg_stat_activity where datname = '%s'"
              .formatted(name));
    } catch (SQLException e) {
      throw new AssertionError(e);
    }
  }

  @Override
  public void close() {
    processes.forEach(ConsumersProcess::close);
    writer.close();
    kafka.close();
    delete(folder);
  }

  private static void delete(Path folder) {
    try (Stream<Path> files = Files.walk(folder)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(file);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
