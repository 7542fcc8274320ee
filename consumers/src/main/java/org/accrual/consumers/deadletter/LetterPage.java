package org.accrual.consumers.deadletter;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Arrays;
import java.util.Base64;
import java.util.Optional;
import org.accrual.api.ops.v1.DeadLetterFilter;

/** Where a list of letters goes on: behind a letter, whether that is still parked or not. */
record LetterPage(String since, String consumer, String topic, String key, long place) {
  private static final LetterPage BEGINNING = new LetterPage("-infinity", "", "", "", 0);
  private static final int FINGERPRINT_BYTES = 8;
  private static final int FIELDS = 5;

  static LetterPage of(ResultSet row) throws SQLException {
    return new LetterPage(
        row.getString("since"),
        row.getString("consumer"),
        row.getString("topic"),
        row.getString("key"),
        row.getLong("place"));
  }

  /** Empty if this is no token of a list with that filter. */
  static Optional<LetterPage> decode(DeadLetterFilter filter, String token) {
    if (token.isEmpty()) {
      return Optional.of(BEGINNING);
    }
    try {
      byte[] bytes = Base64.getUrlDecoder().decode(token);
      byte[] fingerprint = fingerprint(filter);
      if (bytes.length <= FINGERPRINT_BYTES
          || !Arrays.equals(bytes, 0, FINGERPRINT_BYTES, fingerprint, 0, FINGERPRINT_BYTES)) {
        return Optional.empty();
      }
      // The key last: it may hold anything.
      String[] fields =
          new String(
                  bytes,
                  FINGERPRINT_BYTES,
                  bytes.length - FINGERPRINT_BYTES,
                  StandardCharsets.UTF_8)
              .split("\n", FIELDS);
      return fields.length == FIELDS && fields[0].matches("[0-9:. +-]+")
          ? Optional.of(
              new LetterPage(fields[0], fields[1], fields[2], fields[4], Long.parseLong(fields[3])))
          : Optional.empty();
    } catch (IllegalArgumentException notOurs) {
      return Optional.empty();
    }
  }

  String encoded(DeadLetterFilter filter) {
    byte[] text =
        String.join("\n", since, consumer, topic, Long.toString(place), key)
            .getBytes(StandardCharsets.UTF_8);
    byte[] token = Arrays.copyOf(fingerprint(filter), FINGERPRINT_BYTES + text.length);
    System.arraycopy(text, 0, token, FINGERPRINT_BYTES, text.length);
    return Base64.getUrlEncoder().withoutPadding().encodeToString(token);
  }

  int bind(PreparedStatement statement, int index) throws SQLException {
    int next = index;
    statement.setString(next++, since);
    statement.setString(next++, consumer);
    statement.setString(next++, topic);
    statement.setString(next++, key);
    statement.setLong(next++, place);
    return next;
  }

  private static byte[] fingerprint(DeadLetterFilter filter) {
    try {
      byte[] hash = MessageDigest.getInstance("SHA-256").digest(filter.toByteArray());
      return Arrays.copyOf(hash, FINGERPRINT_BYTES);
    } catch (NoSuchAlgorithmException missing) {
      throw new IllegalStateException("every Java has SHA-256", missing);
    }
  }
}
