package org.accrual.relay;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import org.accrual.relay.process.Relay;
import org.accrual.relay.process.RelaySettings;
import org.accrual.relay.process.StatusTable;
import org.accrual.relay.recovery.CheckCommand;
import org.accrual.relay.recovery.Outcome;
import org.accrual.relay.recovery.RecoverCommand;
import org.accrual.relay.recovery.RecoverOptions;
import org.accrual.relay.state.RelayLife;
import org.accrual.relay.state.RelayState;
import org.accrual.runtime.DatabaseSettings;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The relay's role is enough for the relay, and no more. */
class RelayRoleIT {
  private static final Duration LIMIT = Duration.ofSeconds(30);

  private final RelayFixtures fixtures = new RelayFixtures();

  RelayRoleIT() throws Exception {}

  @BeforeEach
  void letLogIn() throws Exception {
    fixtures.sql("alter role accrual_relay login");
  }

  @AfterEach
  void close() throws Exception {
    fixtures.close();
  }

  @Test
  void isEnoughToRelayToSetAsideAndToTell() throws Exception {
    fixtures.createSlot();
    List<Throwable> failures = new CopyOnWriteArrayList<>();
    RelayLife life = new RelayLife();
    Relay relay = new Relay(asRelay(fixtures.settings()), life, failures::add);
    relay.start();
    await().atMost(LIMIT).until(() -> life.stand().state() == RelayState.STREAMING);
    fixtures.sql("select outbox.publish('nowhere', 'k', 't', '{}')");
    // Of a message from SQL it first asks whether it was set aside before.
    fixtures.sql("select outbox.publish_raw('dlq.accrual.study.events', 'k', 'x')");
    List<String> ids = fixtures.commit("k");

    await().atMost(LIMIT).until(() -> fixtures.relayed().size() == 1);

    assertThat(fixtures.relayedIds()).isEqualTo(ids);
    assertThat(fixtures.query("select count(*) from outbox.rejected")).isEqualTo("1");
    String end = fixtures.query("select pg_current_wal_lsn()");
    await()
        .atMost(LIMIT)
        .until(
            () ->
                fixtures
                    .query(
                        """
                        select state = 'streaming' and checkpoint >= '%s' and slot_active and lag_seconds < 60
                               and wal_status = 'reserved' and instance <> ''
                          from ops.relay_status\
                        """
                            .formatted(end))
                    .equals("t"));
    assertThat(life.backlog().retainedBytes()).isPositive();
    try (StatusTable table =
        new StatusTable(asRelay(fixtures.settings()).source().database(), fixtures.slot)) {
      assertThat(table.isServed(Duration.ZERO)).isTrue();
      assertThat(table.isServed(Duration.ofHours(1))).as("another owner's stream").isFalse();
    }
    relay.stop();
    await().atMost(LIMIT).until(fixtures::slotsAreFree);
    assertThat(fixtures.query("select state from ops.relay_status")).isEqualTo("stopped");
    assertThat(failures).isEmpty();
  }

  @Test
  @DisplayName("It is enough for the commands check and recover")
  void isEnoughForItsCommands() throws Exception {
    fixtures.createSlot();
    fixtures.commit("k");
    fixtures.sql("select outbox.create_partitions()");
    RelaySettings settings = asRelay(fixtures.settings());

    Outcome recovered =
        new RecoverCommand(settings, new RecoverOptions(true, false, Optional.empty())).run();

    assertThat(recovered.lines()).singleElement().asString().contains("1 published");
    assertThat(new CheckCommand(settings).run().exitCode()).isZero();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "insert into outbox.message (id, aggregatetype, aggregateid, type, payload)"
            + " values (uuidv7(), 'a', 'a', 'a', '')",
        "update outbox.message set type = 'x'",
        "delete from outbox.message",
        "truncate outbox.message",
        "select payload from outbox.rejected",
        "delete from outbox.rejected",
        "select outbox.settle(uuidv7(), 'x')",
        "insert into ops.relay (slot) values ('another')",
        "delete from ops.relay",
        "select outbox.publish('lab', 'k', 't', '{}')",
        "select outbox.allow('accrual_relay', 'lab')",
        "select outbox.disallow('accrual_relay', 'lab')",
        "call outbox.maintain()",
        "select outbox.create_partitions()",
        "select * from enrollment.event",
        "drop table outbox.message_default",
        "alter publication accrual_outbox add table outbox.rejected",
        "create table public.mine (n int)"
      })
  void isNoMore(String sql) throws Exception {
    try (Connection connection =
            DriverManager.getConnection(fixtures.database.url(), "accrual_relay", "");
        var statement = connection.createStatement()) {
      assertThatThrownBy(() -> statement.execute(sql))
          .isInstanceOf(SQLException.class)
          .satisfies(
              refused ->
                  assertThat(((SQLException) refused).getSQLState()).as(sql).isEqualTo("42501"));
    }
  }

  private static RelaySettings asRelay(RelaySettings settings) {
    return RelayFixtures.on(
        new DatabaseSettings(settings.source().database().url(), "accrual_relay", ""), settings);
  }
}
