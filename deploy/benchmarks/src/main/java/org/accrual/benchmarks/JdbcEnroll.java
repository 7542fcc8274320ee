package org.accrual.benchmarks;

import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The same inserts by plain JDBC, from the same number of clients: one after the other, or all in
 * one round trip.
 */
final class JdbcEnroll implements Contender {
  static final String SEPARATE = "separate statements, one transaction";
  static final String ONE_TRIP = "the same in one round trip";

  private final String name;
  private final Template template;
  private final List<Connection> connections = new ArrayList<>();
  private final List<List<PreparedStatement>> statements = new ArrayList<>();

  private JdbcEnroll(String name, Template template) {
    this.name = name;
    this.template = template;
  }

  static JdbcEnroll separate(String jdbcUrl, Template template, int clients) throws SQLException {
    return new JdbcEnroll(SEPARATE, template)
        .connected(jdbcUrl, clients, template.inserts(), false);
  }

  static JdbcEnroll oneTrip(String jdbcUrl, Template template, int clients) throws SQLException {
    String all = String.join("; ", template.inserts());
    return new JdbcEnroll(ONE_TRIP, template).connected(jdbcUrl, clients, List.of(all), true);
  }

  private JdbcEnroll connected(String jdbcUrl, int clients, List<String> sql, boolean autoCommit)
      throws SQLException {
    for (int i = 0; i < clients; i++) {
      Connection connection = DriverManager.getConnection(jdbcUrl, "postgres", "");
      connection.setAutoCommit(autoCommit);
      connections.add(connection);
      List<PreparedStatement> prepared = new ArrayList<>();
      for (String statement : sql) {
        prepared.add(connection.prepareStatement(statement));
      }
      statements.add(prepared);
    }
    return this;
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public void operate(int client) throws SQLException {
    List<PreparedStatement> prepared = statements.get(client);
    List<List<@Nullable String>> rows = template.another();
    if (prepared.size() == 1) {
      List<@Nullable String> all = new ArrayList<>();
      rows.forEach(all::addAll);
      set(prepared.getFirst(), all);
      prepared.getFirst().execute();
      return;
    }
    for (int i = 0; i < rows.size(); i++) {
      set(prepared.get(i), rows.get(i));
      prepared.get(i).executeUpdate();
    }
    connections.get(client).commit();
  }

  private static void set(PreparedStatement statement, List<@Nullable String> values)
      throws SQLException {
    for (int i = 0; i < values.size(); i++) {
      statement.setString(i + 1, values.get(i));
    }
  }

  @Override
  public void close() {
    for (Connection connection : connections) {
      try {
        connection.close();
      } catch (SQLException closing) {
        System.err.println("not closed in order: " + closing.getMessage());
      }
    }
  }
}
