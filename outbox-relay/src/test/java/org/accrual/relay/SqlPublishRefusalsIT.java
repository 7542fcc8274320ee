package org.accrual.relay;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.sql.SQLException;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What the functions refuse before anything is in the outbox, so that no relay is needed. */
class SqlPublishRefusalsIT {
  private final RelayFixtures fixtures = new RelayFixtures();

  SqlPublishRefusalsIT() throws SQLException {}

  @AfterEach
  void close() throws Exception {
    fixtures.close();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "outbox.publish('enrollment.events', 'k', 't', '{}')",
        "outbox.publish('relay-mark', 'k', 't', '{}')",
        "outbox.publish_raw('accrual.study.events', 'k', 'x')",
        "outbox.publish_raw('elsewhere', 'k', 'x')",
        "outbox.publish('Lab Events', 'k', 't', '{}')",
        "outbox.publish('lab', '', 't', '{}')",
        "outbox.publish('lab', 'k', 't', null)",
        "outbox.publish('lab', 'k', 't', '{}', '{\"n\": 1}')",
        "outbox.publish('lab', 'k', 't', '{}', '{\"datacontenttype\": \"x\"}')",
        "outbox.publish('lab', 'k', 't', '{}', '[]')",
        "outbox.publish('lab', 'k', 't', to_jsonb(repeat('x', 900001)))"
      })
  void whatMayNotBePublishedIsRefusedAtOnce(String call) {
    assertThatThrownBy(() -> fixtures.query("select " + call)).isInstanceOf(SQLException.class);
  }

  @Test
  void whoMayPublishIsGranted() throws Exception {
    String role = "lab_" + UUID.randomUUID().toString().replace('-', '_');
    String call = "select outbox.publish('lab', 'k', 'lab.result.v1', '{}')";
    fixtures.sql("create role " + role);
    fixtures.sql("grant usage on schema outbox to " + role);
    fixtures.sql("set role " + role);
    assertThatThrownBy(() -> fixtures.query(call)).hasMessageContaining("permission denied");
    fixtures.sql("reset role");
    fixtures.sql(
        "grant execute on function outbox.publish(text, text, text, jsonb, jsonb) to " + role);
    fixtures.sql("set role " + role);

    assertThat(fixtures.query(call)).isNotNull();
    assertThatThrownBy(
            () ->
                fixtures.query("select outbox.publish('study.events', 'k', 'lab.result.v1', '{}')"))
        .hasMessageContaining("belongs to the event store");
    assertThatThrownBy(() -> fixtures.query("select count(*) from outbox.message"))
        .hasMessageContaining("permission denied");

    fixtures.sql("reset role");
    fixtures.sql("drop owned by " + role);
    fixtures.sql("drop role " + role);
  }
}
