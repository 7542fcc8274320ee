package org.accrual.relay;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.sql.SQLException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Headers that a caller of {@code outbox.publish} may set, and those that it may not. */
class SqlPublishHeadersIT {
  private static final String INVALID_PARAMETER = "22023";

  private final RelayFixtures fixtures = new RelayFixtures();

  SqlPublishHeadersIT() throws SQLException {}

  @AfterEach
  void close() throws Exception {
    fixtures.close();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "ce_id",
        "ce_type",
        "ce_source",
        "ce_time",
        "ce_specversion",
        "ce_sequence",
        "ce_schemaversion",
        "content-type",
        "datacontenttype",
        "accrual_outboxid",
        "accrual_slot"
      })
  @DisplayName("A JSON message cannot set what its columns or the relay set")
  void reservedForJson(String header) {
    assertReserved("publish('lab', 'k', 't', '{}', '{\"%s\": \"1\"}')", header);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "ce_id",
        "ce_source",
        "ce_time",
        "ce_specversion",
        "ce_sequence",
        "ce_schemaversion",
        "datacontenttype",
        "accrual_outboxid",
        "accrual_slot"
      })
  @DisplayName("A raw message cannot claim an identity, a source or a place in a stream")
  void reservedForRaw(String header) {
    assertReserved("publish_raw('accrual.lab', 'k', 'x', '{\"%s\": \"1\"}')", header);
  }

  @Test
  @DisplayName("A raw message says what its bytes are")
  void rawSaysItsType() throws Exception {
    fixtures.sql(
        "select outbox.publish_raw('accrual.lab', 'k', 'x',"
            + " '{\"ce_type\": \"lab.v1\", \"content-type\": \"text/plain\"}')");

    assertThat(fixtures.query("select type from outbox.message")).isEqualTo("lab.v1");
  }

  @Test
  @DisplayName("A dead letter keeps the headers of its record, whatever they are")
  void aDeadLetterKeepsItsHeaders() throws Exception {
    fixtures.sql(
        """
        select outbox.publish_raw('dlq.accrual.lab', 'k', 'x',
          '{"ce_id": "?", "ce_type": "no/type", "ce_sequence": "x", "accrual_outboxid": "1"}')\
        """);

    assertThat(fixtures.query("select type || headers::text from outbox.message"))
        .startsWith("raw{")
        .contains("\"ce_type\": \"no/type\"", "\"ce_sequence\": \"x\"", "\"accrual_outboxid\"");
  }

  @Test
  @DisplayName("A ce_sequence that is no number does not fail the view ops.flow")
  void theFlowShowsRowsWithAnySequence() throws Exception {
    fixtures.sql(
        """
        insert into outbox.message (id, aggregatetype, aggregateid, type, payload, headers)
        values (uuidv7(), 'lab', 'k', 'x', '', '{"ce_correlationid": "c", "ce_sequence": "x"}'),
               (uuidv7(), 'lab', 'k', 'n', '', '{"ce_correlationid": "c", "ce_sequence": "7"}')\
        """);

    assertThat(
            fixtures.query(
                "select string_agg(type || version, ' ' order by type) from ops.flow"
                    + " where correlation_id = 'c'"))
        .isEqualTo("n7 x0");
  }

  private void assertReserved(String call, String header) {
    assertThatThrownBy(() -> fixtures.query("select outbox." + call.formatted(header)))
        .isInstanceOf(SQLException.class)
        .hasMessageContaining("header \"%s\" is reserved".formatted(header))
        .extracting(e -> ((SQLException) e).getSQLState())
        .isEqualTo(INVALID_PARAMETER);
  }
}
