package org.accrual.relay;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.accrual.embedded.EmbeddedPostgres;
import org.accrual.provision.Database;
import org.accrual.provision.Roles;
import org.accrual.relay.process.Relay;
import org.accrual.relay.state.Refusal;
import org.accrual.relay.state.Refusal.Reason;
import org.accrual.relay.state.RelayLife;
import org.accrual.relay.state.RelayState;
import org.accrual.runtime.DatabaseSettings;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A primary that is killed, and a standby that is promoted in its place. */
class FailoverIT {
  private static final String HOST = "127.0.0.1";
  private static final AtomicInteger SLOTS = new AtomicInteger();
  private static final int BEFORE_THE_KILL = 50;

  @TempDir Path folder;

  private final String prefix = UUID.randomUUID().toString();
  private final String slot = "relay_failover_%d".formatted(SLOTS.incrementAndGet());
  private final TopicReader events = RelayFixtures.studyEvents();
  private final List<Throwable> failures = new CopyOnWriteArrayList<>();
  private final List<EmbeddedPostgres> servers = new ArrayList<>();
  private EmbeddedPostgres primary;

  @BeforeEach
  void migrate() throws SQLException {
    RelayFixtures.createCheckpointTopic(slot);
    primary = start("primary", Map.of());
    primary.createDatabase("accrual");
    Database.migrate(database(primary, "postgres"));
    Roles.ensure(database(primary, "postgres"));
    sql(primary, "alter role accrual_relay login");
  }

  @AfterEach
  void stop() {
    events.close();
    servers.forEach(EmbeddedPostgres::close);
  }

  @Test
  @DisplayName("With a synchronized slot the relay continues without an operator, nothing is lost")
  void continuesOnAPromotedStandby() throws Exception {
    copyPrimary();
    primary = start("primary", Map.of("synchronized_standby_slots", "standby"));
    sql(primary, "select pg_create_physical_replication_slot('standby', true)");
    createSlot();
    EmbeddedPostgres standby =
        startStandby(
            Map.of(
                "primary_conninfo",
                "host=%s port=%d user=postgres dbname=accrual".formatted(HOST, primary.port()),
                "primary_slot_name",
                "standby",
                "hot_standby_feedback",
                "on",
                "sync_replication_slots",
                "on"));
    Relay first = startStreaming(primary, new RelayLife());
    Thread writer = Thread.ofPlatform().start(this::writeUntilKilled);
    await().atMost(RelayRun.LIMIT).until(() -> relayedIds().size() >= BEFORE_THE_KILL);
    await()
        .atMost(RelayRun.LIMIT)
        .until(
            () ->
                query(
                        standby,
                        "select string_agg(slot_name, ',') from pg_replication_slots where synced and not temporary")
                    .equals(List.of(slot)));

    primary.kill();
    assertThat(writer.join(RelayRun.LIMIT)).isTrue();
    await().atMost(RelayRun.LIMIT).until(() -> !failures.isEmpty());
    first.stop();
    failures.clear();
    RelayLife life = new RelayLife();
    Relay second = start(standby, life);
    await().atMost(RelayRun.LIMIT).until(() -> life.stand().state() == RelayState.WAITING_FOR_SLOT);
    promote(standby);
    awaitStreaming(life);
    insert(standby);

    List<String> outbox = query(standby, "select id from outbox.message order by id");
    await().atMost(RelayRun.LIMIT).until(() -> relayedIds().size() >= outbox.size());
    second.stop();
    assertThat(relayedIds().stream().sorted()).isEqualTo(outbox);
    assertThat(failures).isEmpty();
  }

  @Test
  @DisplayName(
      "A standby that lacks published records is refused, with its fork and the checkpoint")
  void refusesAStandbyThatLacksTheTail() throws Exception {
    createSlot();
    Relay before = startStreaming(primary, new RelayLife());
    insert(primary);
    await().atMost(RelayRun.LIMIT).until(() -> relayedIds().size() == 1);
    before.stop();
    copyPrimary();
    primary = start("primary", Map.of());
    Relay after = startStreaming(primary, new RelayLife());
    insert(primary);
    await().atMost(RelayRun.LIMIT).until(() -> relayedIds().size() == 2);
    after.stop();
    primary.kill();
    EmbeddedPostgres standby = startStandby(Map.of());
    promote(standby);
    String history = query(standby, "select pg_read_file('pg_wal/00000002.history')").getFirst();
    RelayLife life = new RelayLife();
    Relay relay = start(standby, life);

    await().atMost(RelayRun.LIMIT).until(() -> life.stand().state() == RelayState.REFUSED);

    Refusal refusal = life.stand().refusal().orElseThrow();
    relay.stop();
    assertThat(refusal.reason()).isEqualTo(Reason.OTHER_TIMELINE);
    assertThat(refusal.detail())
        .startsWith("the server left timeline 1 at %s,".formatted(history.split("\t")[1]))
        .contains("were published");
    assertThat(failures).isEmpty();
  }

  /** Copies the primary, which it stops, to the folder of the standby. */
  private void copyPrimary() throws Exception {
    primary.close();
    Process copy =
        new ProcessBuilder("cp", "-a", "primary", "standby")
            .directory(folder.toFile())
            .inheritIO()
            .start();
    assertThat(copy.waitFor(30, TimeUnit.SECONDS)).isTrue();
    assertThat(copy.exitValue()).isZero();
    Files.createFile(folder.resolve("standby/data/standby.signal"));
  }

  private EmbeddedPostgres startStandby(Map<String, String> settings) {
    return start("standby", settings);
  }

  private EmbeddedPostgres start(String name, Map<String, String> settings) {
    EmbeddedPostgres server = EmbeddedPostgres.start(folder.resolve(name), HOST, 0, settings);
    servers.add(server);
    return server;
  }

  private static void promote(EmbeddedPostgres standby) throws SQLException {
    assertThat(query(standby, "select pg_promote(true, 30)")).containsExactly("t");
  }

  private void createSlot() throws SQLException {
    sql(
        primary,
        "select pg_create_logical_replication_slot('%s', 'pgoutput', failover => true)"
            .formatted(slot));
    sql(primary, "insert into ops.relay (slot) values ('%s')".formatted(slot));
  }

  private Relay startStreaming(EmbeddedPostgres server, RelayLife life) {
    Relay relay = start(server, life);
    awaitStreaming(life);
    return relay;
  }

  private void awaitStreaming(RelayLife life) {
    await()
        .atMost(RelayRun.LIMIT)
        .untilAsserted(
            () ->
                assertThat(life.stand().state())
                    .as("%s %s", life.stand(), failures)
                    .isEqualTo(RelayState.STREAMING));
  }

  private Relay start(EmbeddedPostgres server, RelayLife life) {
    Relay relay =
        new Relay(
            RelayFixtures.settings(database(server, "accrual_relay"), slot), life, failures::add);
    relay.start();
    return relay;
  }

  private void writeUntilKilled() {
    try {
      while (true) {
        insert(primary);
      }
    } catch (SQLException killed) {
      // The primary is gone.
    }
  }

  private void insert(EmbeddedPostgres server) throws SQLException {
    try (Connection connection = connect(server);
        PreparedStatement insert =
            connection.prepareStatement(
                """
                insert into outbox.message (id, aggregatetype, aggregateid, type, payload, headers)
                values (uuidv7(), 'study.events', ?, 'accrual.study.activated.v1', ?,
                        '{"ce_schemaversion": "1"}')\
                """)) {
      insert.setString(1, prefix);
      insert.setBytes(2, RelayFixtures.payload("S-1"));
      insert.execute();
    }
  }

  private List<String> relayedIds() {
    return events.read().stream()
        .filter(record -> record.key().equals(prefix))
        .map(record -> RelayFixtures.header(record, "ce_id"))
        .toList();
  }

  private static List<String> query(EmbeddedPostgres server, String sql) throws SQLException {
    try (Connection connection = connect(server);
        Statement statement = connection.createStatement();
        ResultSet row = statement.executeQuery(sql)) {
      List<String> values = new ArrayList<>();
      while (row.next()) {
        values.add(row.getString(1));
      }
      return values;
    }
  }

  private static void sql(EmbeddedPostgres server, String sql) throws SQLException {
    try (Connection connection = connect(server);
        Statement statement = connection.createStatement()) {
      statement.execute(sql);
    }
  }

  private static Connection connect(EmbeddedPostgres server) throws SQLException {
    return DriverManager.getConnection(server.jdbcUrl("accrual"), "postgres", "");
  }

  private static DatabaseSettings database(EmbeddedPostgres server, String user) {
    return new DatabaseSettings(server.jdbcUrl("accrual"), user, "");
  }
}
