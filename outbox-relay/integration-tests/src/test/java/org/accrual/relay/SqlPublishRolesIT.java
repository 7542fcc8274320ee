package org.accrual.relay;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.UUID;
import java.util.stream.Stream;
import org.accrual.contract.Topics;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Which role may publish where; with roles that log in. */
class SqlPublishRolesIT {
  private static final String INSUFFICIENT_PRIVILEGE = "42501";
  private static final String PUBLISH = "select outbox.publish('lab.events', 'k', 'lab.v1', '{}')";

  private final RelayFixtures fixtures = new RelayFixtures();
  private final String suffix = UUID.randomUUID().toString().replace('-', '_');
  private final String lab = "lab_" + suffix;
  private final String pool = "pool_" + suffix;

  SqlPublishRolesIT() throws SQLException {}

  static Stream<String> ownAggregateTypes() {
    return Stream.of(
            Topics.EVENT_TOPICS,
            Topics.COMMAND_TOPICS,
            Topics.ANSWER_TOPICS,
            List.of(Topics.RELAY_CHECKPOINT, Topics.relayCheckpoint("another")))
        .flatMap(List::stream)
        .map(topic -> topic.substring(Topics.PREFIX.length()));
  }

  @BeforeEach
  void createRoles() throws SQLException {
    fixtures.sql("create role %s login".formatted(lab));
    fixtures.sql("create role %s login".formatted(pool));
    fixtures.sql("grant usage on schema outbox to %s, %s".formatted(lab, pool));
    fixtures.sql(
        """
        grant execute on function outbox.publish(text, text, text, jsonb, jsonb),
                                  outbox.publish_raw(text, text, bytea, jsonb) to %s\
        """
            .formatted(lab));
  }

  @AfterEach
  void dropRoles() throws Exception {
    fixtures.sql("drop owned by %s, %s cascade".formatted(pool, lab));
    fixtures.sql("drop role %s, %s".formatted(pool, lab));
    fixtures.close();
  }

  @Test
  @DisplayName("A role with EXECUTE alone publishes nowhere, and the error names who can allow it")
  void executeAloneIsNotEnough() {
    assertRefused(lab, PUBLISH, "role %s may not publish to aggregatetype lab.events", lab);
    assertRefused(
        lab,
        "select outbox.publish_raw('accrual.lab.events', 'k', 'x')",
        "role %s may not publish to aggregatetype lab.events",
        lab);
    assertRefused(
        lab,
        "select outbox.publish_raw('dlq.accrual.lab.events', 'k', 'x')",
        "role %s may not publish to aggregatetype dlq.accrual.lab.events",
        lab);
  }

  @Test
  @DisplayName("A role without EXECUTE publishes nowhere, even if it is allowed to")
  void allowedAloneIsNotEnough() throws Exception {
    allow(pool, "lab.events");

    assertRefused(pool, PUBLISH, "permission denied for function publish");
  }

  @Test
  @DisplayName("A role publishes to what it was allowed, and to nothing else")
  void publishesWhereItIsAllowed() throws Exception {
    allow(lab, "lab.events");

    assertThat(queryAs(lab, PUBLISH)).isNotNull();
    assertThat(queryAs(lab, "select outbox.publish_raw('accrual.lab.events', 'k', 'x')"))
        .isNotNull();
    assertRefused(
        lab,
        "select outbox.publish('lab.orders', 'k', 'lab.v1', '{}')",
        "may not publish to aggregatetype lab.orders");
    assertRefused(lab, "select count(*) from outbox.message", "permission denied for table");

    fixtures.sql("select outbox.disallow('%s', 'lab.events')".formatted(lab));
    assertRefused(lab, PUBLISH, "may not publish to aggregatetype lab.events");
  }

  @Test
  @DisplayName("SET ROLE counts: a pooled connection publishes as the role that it acts for")
  void setRoleCounts() throws Exception {
    allow(lab, "lab.events");
    fixtures.sql("grant %s to %s with inherit false, set true".formatted(lab, pool));

    assertRefused(pool, PUBLISH, "permission denied for function publish");
    assertThat(queryAs(pool, "set role " + lab, PUBLISH)).isNotNull();
  }

  @Test
  @DisplayName("SET ROLE gives rights up, too: a superuser who acts for a role has only its rights")
  void setRoleGivesRightsUp() throws Exception {
    assertRefused("postgres", List.of("set role " + lab), PUBLISH, "may not publish");
    assertThat(queryAs("postgres", PUBLISH)).isNotNull();
  }

  @Test
  @DisplayName("A member that inherits a role's privileges inherits this one")
  void membersInherit() throws Exception {
    allow(lab, "lab.events");
    fixtures.sql("grant %s to %s".formatted(lab, pool));

    assertThat(queryAs(pool, PUBLISH)).isNotNull();
  }

  @Test
  @DisplayName("A function with an allowed role's rights does not lend them to its caller")
  void aFunctionDoesNotLendItsOwnersRights() throws Exception {
    allow(lab, "lab.events");
    fixtures.sql(
        "create function outbox.of_%s() returns uuid language sql security definer as $$%s$$"
            .formatted(suffix, PUBLISH));
    fixtures.sql("alter function outbox.of_%s() owner to %s".formatted(suffix, lab));
    String call = "select outbox.of_%s()".formatted(suffix);

    assertRefused(pool, call, "role %s may not publish", pool);
    allow(pool, "lab.events");
    assertThat(queryAs(pool, call)).isNotNull();
  }

  @ParameterizedTest
  @MethodSource("ownAggregateTypes")
  @DisplayName("Nobody publishes from SQL to what Accrual itself publishes, not even a superuser")
  void ownAggregateTypesAreRefused(String own) {
    String reason = "aggregatetype %s belongs to Accrual";
    assertRefused(
        "postgres", "select outbox.publish('%s', 'k', 't', '{}')".formatted(own), reason, own);
    assertRefused(
        "postgres",
        "select outbox.publish_raw('accrual.%s', 'k', 'x')".formatted(own),
        reason,
        own);
    assertRefused("postgres", "select outbox.allow('%s', '%s')".formatted(lab, own), reason, own);
  }

  @Test
  @DisplayName("Only the owner allows")
  void onlyTheOwnerAllows() throws Exception {
    allow(lab, "lab.events");

    assertRefused(lab, "select outbox.allow('%s', 'x')".formatted(lab), "permission denied");
    assertRefused(lab, "select outbox.disallow('%s', 'x')".formatted(lab), "permission denied");
    assertRefused(lab, "select * from outbox.allowed", "permission denied for table allowed");
  }

  private void allow(String role, String aggregateType) throws SQLException {
    fixtures.sql("select outbox.allow('%s', '%s')".formatted(role, aggregateType));
  }

  private void assertRefused(String role, String sql, String message, Object... arguments) {
    assertRefused(role, List.of(), sql, message.formatted(arguments));
  }

  private void assertRefused(String role, List<String> before, String sql, String message) {
    String[] all = Stream.concat(before.stream(), Stream.of(sql)).toArray(String[]::new);
    assertThatThrownBy(() -> queryAs(role, all))
        .as(sql)
        .isInstanceOf(SQLException.class)
        .hasMessageContaining(message)
        .extracting(e -> ((SQLException) e).getSQLState())
        .isEqualTo(INSUFFICIENT_PRIVILEGE);
  }

  /** Returns the first value of the last statement. */
  private String queryAs(String role, String... sql) throws SQLException {
    try (Connection connection = DriverManager.getConnection(fixtures.database.url(), role, "");
        Statement statement = connection.createStatement()) {
      for (int i = 0; i < sql.length - 1; i++) {
        statement.execute(sql[i]);
      }
      try (ResultSet row = statement.executeQuery(sql[sql.length - 1])) {
        row.next();
        return row.getString(1);
      }
    }
  }
}
