package org.accrual.relay;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.sql.SQLException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Rows that the relay could never publish do not get into {@code outbox.message}. */
class OutboxTableIT {
  private static final String CHECK_VIOLATION = "23514";
  private static final String RESTRICT_VIOLATION = "23001";

  private final RelayFixtures fixtures = new RelayFixtures();

  OutboxTableIT() throws SQLException {}

  @AfterEach
  void close() throws Exception {
    fixtures.close();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "'lab/result' | ''                                | '{}'",
        "'..'         | ''                                | '{}'",
        "''           | ''                                | '{}'",
        "repeat('t', 201) | ''                            | '{}'",
        "'t'          | repeat('x', 1000001)::bytea       | '{}'",
        "'t'          | ''                                | '[]'",
        "'t'          | '' | jsonb_build_object('h', repeat('x', 20001))"
      },
      quoteCharacter = '"')
  @DisplayName(
      "A type that is no name, and a payload or headers too large for a record, are refused")
  void unpublishableRowsAreRefused(String type, String payload, String headers) {
    assertRefused(insert(type, payload, headers), CHECK_VIOLATION, "violates check constraint");
  }

  @Test
  @DisplayName("The largest payload, headers and key together fit into a request of the producer")
  void theLargestRowIsAccepted() throws Exception {
    fixtures.sql(
        insert(
            "repeat('t', 200)",
            "repeat('x', 1000000)::bytea",
            "jsonb_build_object('h', repeat('x', 19990))"));

    assertThat(
            fixtures.query(
                """
                select octet_length(payload) + octet_length(headers::text) + 4 * (512 + 200) + 1000
                         < 1024 * 1024
                  from outbox.message\
                """))
        .isEqualTo("t");
  }

  @ParameterizedTest
  @ValueSource(strings = {"message", "message_default", "message_20260105"})
  @DisplayName("The table and each of its partitions refuse TRUNCATE")
  void truncateIsRefused(String table) throws Exception {
    fixtures.sql("select outbox.create_partitions(0, '2026-01-05')");

    assertRefused("truncate outbox." + table, RESTRICT_VIOLATION, "outbox.message is insert-only");
  }

  private static String insert(String type, String payload, String headers) {
    return """
        insert into outbox.message (id, aggregatetype, aggregateid, type, payload, headers)
        values (uuidv7(), 'lab', 'k', %s, %s, %s)\
        """
        .formatted(type, payload, headers);
  }

  private void assertRefused(String sql, String state, String message) {
    assertThatThrownBy(() -> fixtures.sql(sql))
        .isInstanceOf(SQLException.class)
        .hasMessageContaining(message)
        .extracting(e -> ((SQLException) e).getSQLState())
        .isEqualTo(state);
  }
}
