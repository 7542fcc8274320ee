package org.accrual.benchmarks;

import com.fasterxml.uuid.Generators;
import com.fasterxml.uuid.NoArgGenerator;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The rows that one EnrollPatient has written, as inserts that can be done again for another
 * patient: ids are replaced (UUIDs by fresh ones of version 7, as the service makes them), all else
 * stays as it was.
 */
final class Template {
  private static final Pattern UUID_TEXT =
      Pattern.compile("[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}");
  private static final NoArgGenerator IDS = Generators.timeBasedEpochGenerator();

  private final String correlation;
  private final List<Row> rows = new ArrayList<>();

  private record Row(String insert, List<@Nullable String> values) {}

  private Template(String correlation) {
    this.correlation = correlation;
  }

  /**
   * Of what was written under a correlation id, also into tables that do not carry it themselves.
   */
  static Template of(Connection connection, String correlation) throws SQLException {
    Template template = new Template(correlation);
    String enrollment =
        "(select enrollment_id from enrollment.operation where correlation_id = '%s')"
            .formatted(correlation);
    template.read(connection, "enrollment.attempt", "enrollment_id = " + enrollment);
    template.read(
        connection, "enrollment.event", "metadata ->> 'ce_correlationid' = '" + correlation + "'");
    template.read(
        connection, "outbox.message", "headers ->> 'ce_correlationid' = '" + correlation + "'");
    template.read(connection, "enrollment.operation", "correlation_id = '" + correlation + "'");
    template.read(connection, "enrollment.saga", "enrollment_id = " + enrollment);
    template.read(connection, "enrollment.request", "request_id = 'enroll-" + correlation + "'");
    return template;
  }

  private void read(Connection connection, String table, String where) throws SQLException {
    List<String> columns = new ArrayList<>();
    List<String> casts = new ArrayList<>();
    try (PreparedStatement statement =
        connection.prepareStatement(
            """
            select attname, format_type(atttypid, atttypmod) from pg_attribute
             where attrelid = ?::regclass and attnum > 0 and not attisdropped and attgenerated = ''
             order by attnum
            """)) {
      statement.setString(1, table);
      try (ResultSet result = statement.executeQuery()) {
        while (result.next()) {
          columns.add(result.getString(1));
          casts.add("?::" + result.getString(2));
        }
      }
    }
    String list = String.join(", ", columns);
    String insert =
        "insert into %s (%s) values (%s)".formatted(table, list, String.join(", ", casts));
    try (PreparedStatement statement =
            connection.prepareStatement(
                "select %s from %s where %s".formatted(list, table, where));
        ResultSet result = statement.executeQuery()) {
      while (result.next()) {
        List<@Nullable String> values = new ArrayList<>();
        for (int i = 1; i <= columns.size(); i++) {
          values.add(result.getString(i));
        }
        rows.add(new Row(insert, values));
      }
    }
  }

  int size() {
    return rows.size();
  }

  List<String> inserts() {
    return rows.stream().map(Row::insert).toList();
  }

  /** The values of each insert for another patient. */
  List<List<@Nullable String>> another() {
    Map<String, String> fresh = new HashMap<>();
    String name = IDS.generate().toString();
    List<List<@Nullable String>> all = new ArrayList<>();
    for (Row row : rows) {
      List<@Nullable String> values = new ArrayList<>();
      for (@Nullable String value : row.values()) {
        values.add(replaced(value, fresh, name));
      }
      all.add(values);
    }
    return all;
  }

  private @Nullable String replaced(
      @Nullable String value, Map<String, String> fresh, String name) {
    if (value == null || value.startsWith("\\x")) {
      return value;
    }
    Matcher matcher = UUID_TEXT.matcher(value);
    String replaced =
        matcher.replaceAll(found -> fresh.computeIfAbsent(found.group(), old -> freshId()));
    return replaced.replace(correlation, name);
  }

  private static String freshId() {
    UUID id = IDS.generate();
    return id.toString();
  }
}
