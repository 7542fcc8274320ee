package org.accrual.consumers.participant;

import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.zaxxer.hikari.HikariDataSource;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import javax.sql.DataSource;
import org.accrual.contract.Headers;
import org.accrual.embedded.SharedParts;
import org.accrual.intake.Effects;
import org.accrual.intake.Message;
import org.accrual.provision.Database;
import org.accrual.runtime.DatabaseSettings;
import org.apache.avro.specific.SpecificRecord;

/** A migrated database of its own, and what participants have published in it. */
public final class ParticipantDatabase implements AutoCloseable {
  private static final TypeReference<Map<String, String>> TEXTS = new TypeReference<>() {};

  private final HikariDataSource database = new HikariDataSource();
  private int seen;

  public ParticipantDatabase() {
    database.setJdbcUrl(
        SharedParts.database(
            "migrated", url -> Database.migrate(new DatabaseSettings(url, "postgres", ""))));
    database.setUsername("postgres");
    database.setAutoCommit(false);
    database.setMaximumPoolSize(8);
  }

  /** An outbox record of an answer. */
  public record Published(
      String aggregateType, String key, Map<String, String> headers, SpecificRecord body) {}

  public DataSource source() {
    return database;
  }

  public String url() {
    return database.getJdbcUrl();
  }

  /** One batch in one transaction; what it published, in order. */
  public List<SpecificRecord> apply(Effects participant, Message... messages) {
    try (Connection connection = database.getConnection()) {
      try {
        participant.apply(connection, List.of(messages));
        connection.commit();
      } finally {
        connection.rollback();
      }
    } catch (SQLException failed) {
      throw new AssertionError(failed.getMessage(), failed);
    }
    List<Published> all = published();
    List<Published> fresh = all.subList(seen, all.size());
    seen = all.size();
    return fresh.stream().map(Published::body).toList();
  }

  public List<Published> published() {
    try (Connection connection = database.getConnection();
        Statement statement = connection.createStatement();
        ResultSet rows = statement.executeQuery("select * from outbox.message order by id")) {
      List<Published> published = new ArrayList<>();
      while (rows.next()) {
        Map<String, String> headers = new JsonMapper().readValue(rows.getString("headers"), TEXTS);
        published.add(
            new Published(
                rows.getString("aggregatetype"),
                rows.getString("aggregateid"),
                headers,
                new PlainAvro(
                        rows.getString("type"),
                        Integer.parseInt(headers.get(Headers.SCHEMA_VERSION)),
                        rows.getBytes("payload"))
                    .body(null)));
      }
      return published;
    } catch (Exception failed) {
      throw new AssertionError(failed);
    }
  }

  /** The rows of a query, each as text with {@code |} between columns. */
  public List<String> rows(String query) {
    try (Connection connection = database.getConnection();
        Statement statement = connection.createStatement();
        ResultSet rows = statement.executeQuery(query)) {
      List<String> texts = new ArrayList<>();
      while (rows.next()) {
        List<String> columns = new ArrayList<>();
        for (int i = 1; i <= rows.getMetaData().getColumnCount(); i++) {
          columns.add(String.valueOf(rows.getString(i)));
        }
        texts.add(String.join("|", columns));
      }
      return texts;
    } catch (SQLException failed) {
      throw new AssertionError(failed.getMessage(), failed);
    }
  }

  /** Runs a statement in a transaction of its own. */
  public void execute(String sql) throws SQLException {
    try (Connection connection = database.getConnection();
        Statement statement = connection.createStatement()) {
      statement.execute(sql);
      connection.commit();
    }
  }

  @Override
  public void close() {
    database.close();
  }
}
