package org.accrual.intake;

import com.zaxxer.hikari.HikariDataSource;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.StringJoiner;
import org.accrual.embedded.SharedParts;
import org.accrual.provision.Database;
import org.accrual.runtime.DatabaseSettings;

/**
 * A consumer's schema with an effect that shows every repeat: each event appends a row, in order.
 */
final class ProbeTables implements AutoCloseable {
  static final GateTable GATE = new GateTable("probe");

  final HikariDataSource database = new HikariDataSource();

  ProbeTables() {
    database.setJdbcUrl(
        SharedParts.database("probe", ProbeTables::create)
            + "?options=-c%20statement_timeout=5000");
    database.setUsername("postgres");
    database.setAutoCommit(false);
    database.setMaximumPoolSize(8);
    database.setConnectionTimeout(2_000);
  }

  private static void create(String url) {
    Database.migrate(new DatabaseSettings(url, "postgres", ""));
    try (HikariDataSource source = new HikariDataSource()) {
      source.setJdbcUrl(url);
      source.setUsername("postgres");
      source.setMaximumPoolSize(1);
      try (Connection connection = source.getConnection();
          var statement = connection.createStatement()) {
        statement.execute(
            """
            create schema probe;
            create table probe.applied (
              topic text, key text, version bigint not null, primary key (topic, key));
            create table probe.effect (
              ord bigserial primary key, key text not null, version bigint not null);
            """);
      }
    } catch (SQLException e) {
      throw new AssertionError(e);
    }
  }

  /** Makes an empty copy of the consumer's schema, as a rebuild does. */
  void clone(String schema) throws SQLException {
    rows("select ops.clone_schema('probe', '%s')".formatted(schema));
  }

  static void append(Connection connection, List<Message> messages) throws SQLException {
    try (PreparedStatement insert =
        connection.prepareStatement("insert into probe.effect (key, version) values (?, ?)")) {
      for (Message message : messages) {
        insert.setString(1, message.stream().key());
        insert.setLong(2, message.version());
        insert.addBatch();
      }
      insert.executeBatch();
    }
  }

  /**
   * The versions that took effect, by key, in the order they did. Read past the pool, whose
   * connections a test may have cut.
   */
  Map<String, List<Long>> effects() throws SQLException {
    Map<String, List<Long>> effects = new HashMap<>();
    try (Connection connection =
            DriverManager.getConnection(database.getJdbcUrl(), "postgres", "");
        var rows =
            connection
                .createStatement()
                .executeQuery("select key, version from probe.effect order by ord")) {
      while (rows.next()) {
        effects.computeIfAbsent(rows.getString(1), k -> new ArrayList<>()).add(rows.getLong(2));
      }
    }
    return effects;
  }

  /** Rows of a query, columns joined by {@code |}. */
  List<String> rows(String sql) throws SQLException {
    try (Connection connection =
            DriverManager.getConnection(database.getJdbcUrl(), "postgres", "");
        var found = connection.createStatement().executeQuery(sql)) {
      List<String> rows = new ArrayList<>();
      while (found.next()) {
        StringJoiner row = new StringJoiner("|");
        for (int i = 1; i <= found.getMetaData().getColumnCount(); i++) {
          row.add(String.valueOf(found.getString(i)));
        }
        rows.add(row.toString());
      }
      return rows;
    }
  }

  /** Executes statements in one transaction. */
  void execute(String... statements) throws SQLException {
    try (Connection connection = database.getConnection();
        var statement = connection.createStatement()) {
      for (String sql : statements) {
        statement.execute(sql);
      }
      connection.commit();
    }
  }

  Map<StreamKey, Long> applied(List<StreamKey> streams) throws SQLException {
    try (Connection connection = database.getConnection()) {
      Map<StreamKey, Long> applied = GATE.read(connection, streams);
      connection.rollback();
      return applied;
    }
  }

  @Override
  public void close() {
    database.close();
  }
}
