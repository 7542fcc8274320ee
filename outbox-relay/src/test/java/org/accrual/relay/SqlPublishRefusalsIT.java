package org.accrual.relay;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.sql.SQLException;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Calls that the functions refuse before anything is in the outbox, so that no relay is needed. */
class SqlPublishRefusalsIT {
  private static final String CHECK_VIOLATION = "23514";
  private static final String INSUFFICIENT_PRIVILEGE = "42501";
  private static final String INVALID_PARAMETER = "22023";
  private static final String LIMIT_EXCEEDED = "54000";
  private static final String NULL_NOT_ALLOWED = "22004";

  private final RelayFixtures fixtures = new RelayFixtures();

  SqlPublishRefusalsIT() throws SQLException {}

  @AfterEach
  void close() throws Exception {
    fixtures.close();
  }

  /** A call, and the SQLSTATE and message with which it fails. */
  private enum Refused {
    ENROLLMENT_EVENTS(
        "publish('enrollment.events', 'k', 't', '{}')",
        INSUFFICIENT_PRIVILEGE,
        "aggregatetype enrollment.events belongs to the event store"),
    STUDY_EVENTS_BY_TOPIC(
        "publish_raw('accrual.study.events', 'k', 'x')",
        INSUFFICIENT_PRIVILEGE,
        "aggregatetype study.events belongs to the event store"),
    SITE_EVENTS(
        "publish('site.events', 'k', 't', '{}')",
        INSUFFICIENT_PRIVILEGE,
        "aggregatetype site.events belongs to the event store"),
    RELAY_MARK(
        "publish('relay-mark', 'k', 't', '{}')",
        INSUFFICIENT_PRIVILEGE,
        "aggregatetype relay-mark belongs to the event store"),
    FOREIGN_TOPIC(
        "publish_raw('elsewhere', 'k', 'x')",
        INVALID_PARAMETER,
        "topic elsewhere is neither accrual.… nor dlq.…"),
    TYPE_WITH_CAPITALS_AND_SPACE(
        "publish('Lab Events', 'k', 't', '{}')",
        CHECK_VIOLATION,
        "\"message_aggregatetype_check\""),
    EMPTY_KEY("publish('lab', '', 't', '{}')", CHECK_VIOLATION, "\"message_aggregateid_check\""),
    EMPTY_RAW_KEY(
        "publish_raw('accrual.lab', '', 'x')", CHECK_VIOLATION, "\"message_aggregateid_check\""),
    EMPTY_TYPE("publish('lab', 'k', '', '{}')", CHECK_VIOLATION, "\"message_type_check\""),
    NULL_PAYLOAD("publish('lab', 'k', 't', null)", NULL_NOT_ALLOWED, "payload must not be null"),
    NULL_RAW_PAYLOAD(
        "publish_raw('accrual.lab', 'k', null)", NULL_NOT_ALLOWED, "payload must not be null"),
    NUMBER_AS_HEADER(
        "publish('lab', 'k', 't', '{}', '{\"n\": 1}')",
        INVALID_PARAMETER,
        "header \"n\" is not a text, or its name is not allowed"),
    HEADER_OF_THE_FUNCTION(
        "publish('lab', 'k', 't', '{}', '{\"datacontenttype\": \"x\"}')",
        INVALID_PARAMETER,
        "header \"datacontenttype\" is not a text, or its name is not allowed"),
    ARRAY_AS_HEADERS(
        "publish('lab', 'k', 't', '{}', '[]')",
        INVALID_PARAMETER,
        "headers must be a JSON object of texts"),
    LARGE_HEADERS(
        "publish('lab', 'k', 't', '{}', jsonb_build_object('h', repeat('x', 16384)))",
        LIMIT_EXCEEDED,
        "headers are above 16 KiB"),
    LARGE_PAYLOAD(
        "publish('lab', 'k', 't', to_jsonb(repeat('x', 900001)))",
        LIMIT_EXCEEDED,
        "payload is above 900000 bytes"),
    LARGE_RAW_PAYLOAD(
        "publish_raw('accrual.lab', 'k', convert_to(repeat('x', 900001), 'UTF8'))",
        LIMIT_EXCEEDED,
        "payload is above 900000 bytes");

    private final String call;
    private final String sqlState;
    private final String message;

    Refused(String call, String sqlState, String message) {
      this.call = call;
      this.sqlState = sqlState;
      this.message = message;
    }
  }

  @ParameterizedTest
  @EnumSource
  void isRefusedWithItsReasonAndNothingIsPublished(Refused refused) throws Exception {
    SQLException e = refusal("select outbox." + refused.call);

    assertThat(e.getSQLState()).as(e.getMessage()).isEqualTo(refused.sqlState);
    assertThat(e.getMessage()).contains(refused.message);
    assertThat(fixtures.query("select count(*) from outbox.message")).isEqualTo("0");
  }

  @Test
  void whoMayPublishIsGranted() throws Exception {
    String role = "lab_" + UUID.randomUUID().toString().replace('-', '_');
    String call = "select outbox.publish('lab', 'k', 'lab.result.v1', '{}')";
    fixtures.sql("create role " + role);
    fixtures.sql("grant usage on schema outbox to " + role);
    fixtures.sql("set role " + role);
    assertRefused(call, "permission denied for function publish");
    fixtures.sql("reset role");
    fixtures.sql(
        "grant execute on function outbox.publish(text, text, text, jsonb, jsonb) to " + role);
    fixtures.sql("set role " + role);

    assertThat(fixtures.query(call)).isNotNull();
    assertRefused(
        "select outbox.publish('study.events', 'k', 'lab.result.v1', '{}')",
        "aggregatetype study.events belongs to the event store");
    assertRefused("select count(*) from outbox.message", "permission denied for table message");

    fixtures.sql("reset role");
    fixtures.sql("drop owned by " + role);
    fixtures.sql("drop role " + role);
  }

  private void assertRefused(String sql, String message) {
    SQLException e = refusal(sql);
    assertThat(e.getSQLState()).as(sql).isEqualTo(INSUFFICIENT_PRIVILEGE);
    assertThat(e.getMessage()).contains(message);
  }

  private SQLException refusal(String sql) {
    SQLException e = catchThrowableOfType(SQLException.class, () -> fixtures.query(sql));
    assertThat((Throwable) e).as("%s was not refused", sql).isNotNull();
    return e;
  }
}
