package org.accrual.relay;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.sql.SQLException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Calls that the functions refuse before anything is in the outbox, so that no relay is needed. */
class SqlPublishRefusalsIT {
  private static final String CHECK_VIOLATION = "23514";
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
    FOREIGN_TOPIC(
        "publish_raw('elsewhere', 'k', 'x')",
        INVALID_PARAMETER,
        "topic elsewhere is neither accrual.… nor dlq.…"),
    TOPIC_WITH_CAPITALS_AND_SPACE(
        "publish('Lab Events', 'k', 't', '{}')",
        CHECK_VIOLATION,
        "\"message_aggregatetype_check\""),
    EMPTY_KEY("publish('lab', '', 't', '{}')", CHECK_VIOLATION, "\"message_aggregateid_check\""),
    EMPTY_RAW_KEY(
        "publish_raw('accrual.lab', '', 'x')", CHECK_VIOLATION, "\"message_aggregateid_check\""),
    DEAD_LETTERS_WITH_PREFIX(
        "publish_raw('accrual.dlq.accrual.lab', 'k', 'x')",
        INVALID_PARAMETER,
        "topic accrual.dlq.accrual.lab is neither accrual.… nor dlq.…"),
    EMPTY_TYPE("publish('lab', 'k', '', '{}')", INVALID_PARAMETER, "type \"\" is not a name"),
    NULL_TYPE("publish('lab', 'k', null, '{}')", INVALID_PARAMETER, "is not a name"),
    TYPE_OF_DOTS("publish('lab', 'k', '..', '{}')", INVALID_PARAMETER, "type \"..\" is not a name"),
    TYPE_WITH_SLASH(
        "publish('lab', 'k', 'lab/result', '{}')",
        INVALID_PARAMETER,
        "type \"lab/result\" is not a name"),
    LONG_TYPE(
        "publish('lab', 'k', repeat('t', 201), '{}')", INVALID_PARAMETER, "tt\" is not a name"),
    RAW_TYPE_WITH_SLASH(
        "publish_raw('accrual.lab', 'k', 'x', '{\"ce_type\": \"lab/result\"}')",
        INVALID_PARAMETER,
        "type \"lab/result\" is not a name"),
    NULL_PAYLOAD("publish('lab', 'k', 't', null)", NULL_NOT_ALLOWED, "payload must not be null"),
    NULL_RAW_PAYLOAD(
        "publish_raw('accrual.lab', 'k', null)", NULL_NOT_ALLOWED, "payload must not be null"),
    NUMBER_AS_HEADER(
        "publish('lab', 'k', 't', '{}', '{\"n\": 1}')",
        INVALID_PARAMETER,
        "header \"n\" is not a text"),
    HEADER_OF_THE_FUNCTION(
        "publish('lab', 'k', 't', '{}', '{\"datacontenttype\": \"x\"}')",
        INVALID_PARAMETER,
        "header \"datacontenttype\" is reserved"),
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

  private SQLException refusal(String sql) {
    SQLException e = catchThrowableOfType(SQLException.class, () -> fixtures.query(sql));
    assertThat((Throwable) e).as("%s was not refused", sql).isNotNull();
    return e;
  }
}
