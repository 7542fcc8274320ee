package org.accrual.consumers;

import static org.awaitility.Awaitility.await;

import java.net.URI;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.StringJoiner;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import org.accrual.embedded.SharedParts;
import org.accrual.fixtures.EventWriter;
import org.accrual.provision.Database;
import org.accrual.provision.Schemas;
import org.accrual.runtime.DatabaseSettings;

/**
 * A consumers process's surroundings: a database of the test's own, and the broker and registry
 * that all tests share. The topics are empty and the groups new at each start, so that one instance
 * is in use at a time.
 */
public final class ReadSide implements AutoCloseable {
  private static final AtomicInteger INSTANCES = new AtomicInteger();

  private final int number = INSTANCES.incrementAndGet();
  private final String kafka = SharedParts.kafka().bootstrapServers();
  private final URI registry = URI.create(SharedParts.registry().url());
  private final String database =
      SharedParts.database(
          "migrated", url -> Database.migrate(new DatabaseSettings(url, "postgres", "")));
  private final EventWriter writer;
  private final List<ConsumersProcess> processes = new ArrayList<>();

  public ReadSide() {
    FreshTopics.on(kafka);
    Schemas.register(registry);
    writer = new EventWriter(kafka, registry);
  }

  public EventWriter writer() {
    return writer;
  }

  /** A process that builds the projection and serves queries; not waited for. */
  public ConsumersProcess start(Map<String, String> settings) {
    Map<String, String> all = new HashMap<>();
    all.put("accrual.consumers.enabled", "projection");
    all.put("accrual.database.url", database);
    all.put("accrual.kafka.bootstrap-servers", kafka);
    all.put("accrual.registry.url", registry.toString());
    all.put("accrual.intake.retry-pause", "500ms");
    all.putAll(settings);
    ConsumersProcess process =
        new ConsumersProcess(
            all, Path.of("target", "read-side-%d-%d.log".formatted(number, processes.size())));
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

  /**
   * Blocks the next reader of a table until one waits, then releases it and returns.
   *
   * @param table with its schema
   */
  public void awaitReader(String table) {
    try (Connection connection = DriverManager.getConnection(database + "?user=postgres");
        Statement statement = connection.createStatement()) {
      connection.setAutoCommit(false);
      statement.execute("lock table " + table + " in access exclusive mode");
      String waiting =
          "select count(*) from pg_locks where not granted and relation = '%s'::regclass"
              .formatted(table);
      await("a reader of " + table)
          .atMost(Duration.ofSeconds(20))
          .until(() -> !rows(waiting).equals(List.of("0")));
      connection.rollback();
    } catch (SQLException e) {
      throw new AssertionError(e);
    }
  }

  /** Allows or refuses connections to the database, and ends those that are open. */
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
  }
}
