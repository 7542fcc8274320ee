package org.accrual.core.eventstore;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Types;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Calls of functions of schema {@code enrollment}, sent as one SELECT: one round trip, and atomic
 * as any statement is. PostgreSQL evaluates a select list from left to right, so the calls' order
 * is the order of their locks.
 */
final class Calls {
  private final List<String> calls = new ArrayList<>();
  private final List<@Nullable Object> arguments = new ArrayList<>();

  /** JSON, to tell it from text. */
  record JsonText(String text) {}

  /** An array of an SQL type. The driver looks at the Java array's type too. */
  @SuppressWarnings("ArrayRecordComponent") // carried, never compared or changed
  record SqlArray(String type, @Nullable Object[] elements) {}

  Calls add(String function, @Nullable Object... values) {
    StringBuilder call = new StringBuilder("enrollment.").append(function).append('(');
    for (Object value : values) {
      call.append(call.charAt(call.length() - 1) == '(' ? "" : ", ");
      call.append(
          switch (value) {
            case JsonText _ -> "?::jsonb";
            case Duration _ -> "?::interval";
            case null, default -> "?";
          });
      arguments.add(value);
    }
    calls.add(call.append(')').toString());
    return this;
  }

  /** Those of another, after these. */
  Calls add(Calls others) {
    calls.addAll(others.calls);
    arguments.addAll(others.arguments);
    return this;
  }

  void run(Connection connection) throws SQLException {
    String sql = "select " + String.join(", ", calls);
    try (PreparedStatement statement = connection.prepareStatement(sql)) {
      for (int i = 0; i < arguments.size(); i++) {
        bind(connection, statement, i + 1, arguments.get(i));
      }
      statement.execute();
    }
  }

  private static void bind(
      Connection connection, PreparedStatement statement, int at, @Nullable Object value)
      throws SQLException {
    switch (value) {
      case null -> statement.setNull(at, Types.NULL);
      case JsonText(String text) -> statement.setString(at, text);
      case SqlArray(String type, @Nullable Object[] elements) ->
          statement.setArray(at, connection.createArrayOf(type, elements));
      case Instant instant -> statement.setObject(at, instant.atOffset(ZoneOffset.UTC));
      case Duration duration -> statement.setString(at, duration.toString());
      case byte[] bytes -> statement.setBytes(at, bytes);
      default -> statement.setObject(at, value);
    }
  }
}
