package org.accrual.consumers.deadletter;

import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;
import java.util.UUID;

/** The letter after which a page begins; it need not be parked any more. */
record LetterPage(String since, String consumer, String topic, String key, long place, String id) {
  static final LetterPage BEGINNING =
      new LetterPage("-infinity", "", "", "", 0, new UUID(0, 0).toString());
  static final int PARTS = 6;

  static LetterPage of(ResultSet row) throws SQLException {
    return new LetterPage(
        row.getString("since"),
        row.getString("consumer"),
        row.getString("topic"),
        row.getString("key"),
        row.getLong("place"),
        row.getString("letter_id"));
  }

  /** Reads a page token's key; IllegalArgumentException if it is none. */
  static LetterPage of(List<String> key) {
    if (!key.getFirst().matches("[0-9:. +-]+")) {
      throw new IllegalArgumentException("not a time");
    }
    return new LetterPage(
        key.getFirst(),
        key.get(1),
        key.get(2),
        key.get(3),
        Long.parseLong(key.get(4)),
        UUID.fromString(key.get(5)).toString());
  }

  Object[] tokenKey() {
    return new Object[] {since, consumer, topic, key, place, id};
  }

  int bind(PreparedStatement statement, int index) throws SQLException {
    int next = index;
    statement.setString(next++, since);
    statement.setString(next++, consumer);
    statement.setString(next++, topic);
    statement.setString(next++, key);
    statement.setLong(next++, place);
    statement.setString(next++, id);
    return next;
  }
}
