package org.accrual.relay;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import java.util.logging.SimpleFormatter;
import org.accrual.provision.OutboxSlot;
import org.accrual.provision.RecoveryNeededException;
import org.accrual.relay.recovery.CheckCommand;
import org.accrual.relay.recovery.Outcome;
import org.accrual.relay.recovery.RecoverCommand;
import org.accrual.relay.recovery.RecoverOptions;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("The commands check and recover")
class RecoveryIT {
  private final RelayFixtures fixtures = new RelayFixtures();
  private final RelayRun relay = new RelayRun(fixtures);

  RecoveryIT() throws Exception {}

  @AfterEach
  void close() throws Exception {
    relay.close();
    fixtures.close();
  }

  @Test
  @DisplayName(
      "publish the missing rows in the order of writing, ties by id, and no rejected one, settled or"
          + " not")
  void publishesTheMissingRowsInOrder() throws Exception {
    fixtures.sql(
        """
        insert into outbox.message (id, aggregatetype, aggregateid, type, payload, created_at)
        select ('00000000-0000-7000-8000-00000000000' || n)::uuid, 'study.events', '%s/k',
               'accrual.study.activated.v1', '\\x0000', now() - case n when 1 then interval '1 s' else '2 s' end
          from unnest(array[1, 9, 5, 3, 2]) n\
        """
            .formatted(fixtures.prefix));
    for (int n : List.of(2, 9)) {
      fixtures.sql(
          """
          insert into outbox.rejected
          select id, aggregatetype, aggregateid, type, payload, headers, created_at, 'no schema'
            from outbox.message where right(id::text, 1) = '%d'\
          """
              .formatted(n));
    }
    fixtures.sql(
        "select outbox.settle(id, 'given up') from outbox.rejected where right(id::text, 1) = '2'");
    assertThatThrownBy(() -> fixtures.sql("delete from outbox.rejected"))
        .hasMessageContaining("recover would publish it");
    assertThat(check().lines().getFirst()).contains("3 retained records, 3 missing");

    assertThatThrownBy(this::provisionSlot).isInstanceOf(RecoveryNeededException.class);
    Outcome recovered = recover("");

    assertThat(recovered.exitCode()).isZero();
    assertThat(recovered.lines().getFirst()).contains("3 retained records compared, 3 published");
    // The broker may show the records a moment after the commit.
    await().atMost(RelayRun.LIMIT).until(() -> fixtures.relayed().size() == 3);
    assertThat(fixtures.relayedIds())
        .extracting(id -> id.charAt(35))
        .containsExactly('3', '5', '1');
    assertThat(check().exitCode()).isZero();
    assertThat(provisionSlot().getFirst()).endsWith("is there");
    relay.startStreaming();
    fixtures.commit("k");
    await().atMost(RelayRun.LIMIT).until(() -> fixtures.relayed().size() == 4);
  }

  @Test
  @DisplayName(
      "list the records that the database lost; recover continues despite them only with --accept-lost")
  void listsTheRecordsThatTheDatabaseLost() throws Exception {
    fixtures.createSlot();
    relay.startStreaming();
    List<String> ids = new ArrayList<>(fixtures.commit("k", "k"));
    fixtures.sql(
        "select outbox.publish_raw('dlq.accrual.study.events', '%s', 'x')"
            .formatted(fixtures.prefix));
    String raw = fixtures.query("select id from outbox.message where aggregatetype like 'dlq%'");
    await().atMost(RelayRun.LIMIT).until(() -> check().exitCode() == 0);
    relay.stop();
    // As after a failover to a standby that had not received them.
    fixtures.sql("alter table outbox.message disable trigger insert_only");
    fixtures.sql("delete from outbox.message where id in ('%s', '%s')".formatted(ids.get(1), raw));
    fixtures.sql("select pg_drop_replication_slot('%s')".formatted(fixtures.slot));
    String later = fixtures.commit("k").getFirst();

    Outcome checked = check();
    Outcome refused = recover("");

    assertThat(checked.exitCode()).isEqualTo(2);
    assertThat(checked.lines().getFirst())
        .contains("1 missing", "0 repeated", "2 lost by the database");
    assertThat(checked.lines())
        .anySatisfy(line -> assertThat(line).contains(ids.get(1), "not in the outbox"));
    assertThat(checked.lines())
        .anySatisfy(line -> assertThat(line).contains(raw, "not in the outbox"));
    assertThat(refused.exitCode()).isEqualTo(2);
    assertThat(refused.lines())
        .hasSize(3)
        .first()
        .asString()
        .contains("--accept-lost", "nothing was changed");
    assertThat(slots()).isZero();

    assertThat(recover("--accept-lost").exitCode()).isZero();
    relay.awaitRelayed(List.of(ids.get(0), ids.get(1), later));
    assertThat(check().lines().getFirst()).contains("0 missing, 0 repeated, 2 lost");
  }

  @Test
  @DisplayName("name the transaction that the new slot waits for, and keep the old slot until then")
  void namesTheTransactionThatHoldsUpTheSlot() throws Exception {
    fixtures.createSlot();
    fixtures.insert("k");
    String pid = fixtures.query("select pg_backend_pid()");
    try (Captured log = new Captured();
        ExecutorService thread = Executors.newSingleThreadExecutor();
        // Ends the transaction first if the test fails, since the thread waits for it.
        AutoCloseable _ = fixtures.connection::rollback) {
      Future<Outcome> recovering = thread.submit(() -> recover("--compare"));
      await()
          .atMost(RelayRun.LIMIT)
          .until(
              () ->
                  log.lines.stream()
                      .anyMatch(
                          line -> line.contains("waits for the transaction of process " + pid)));
      assertThat(
              fixtures.queryOnItsOwn(
                  "select count(*) from pg_replication_slots where slot_name = '%s'"
                      .formatted(fixtures.slot)))
          .isEqualTo("1");
      fixtures.connection.commit();

      assertThat(recovering.get(30, TimeUnit.SECONDS).lines().getFirst())
          .contains("1 retained records compared, 1 published");
    }
    fixtures.connection.setAutoCommit(true);
    relay.startStreaming();
    await().atMost(RelayRun.LIMIT).until(() -> fixtures.relayed().size() == 1);
  }

  @Test
  @DisplayName("notice a relay that publishes while the new slot waits, and publish nothing twice")
  void noticesARelayThatPublishesMeanwhile() throws Exception {
    fixtures.createSlot();
    fixtures.insert("k");
    try (Captured log = new Captured();
        ExecutorService thread = Executors.newSingleThreadExecutor();
        // Ends the transaction first if the test fails, since the thread waits for it.
        AutoCloseable _ = fixtures.connection::rollback) {
      Future<Outcome> recovering = thread.submit(() -> recover("--compare"));
      await()
          .atMost(RelayRun.LIMIT)
          .until(() -> log.lines.stream().anyMatch(line -> line.contains("waits for")));
      relay.startStreaming();
      fixtures.commitOnItsOwn("k");
      await().atMost(RelayRun.LIMIT).until(() -> fixtures.relayed().size() == 1);
      relay.stop();
      fixtures.connection.commit();

      assertThatThrownBy(() -> recovering.get(30, TimeUnit.SECONDS))
          .hasMessageContaining("a relay has published from slot");
    }
    fixtures.connection.setAutoCommit(true);
    assertThat(recover("--compare").lines().getFirst()).contains("1 published");
    relay.startStreaming();
    fixtures.commit("k");
    await().atMost(RelayRun.LIMIT).until(() -> fixtures.relayed().size() >= 3);
    assertThat(fixtures.relayedIds()).hasSize(3).doesNotHaveDuplicates();
  }

  @Test
  @DisplayName("leave no earlier checkpoint to retention when they are interrupted")
  void forgetsTheEarlierCheckpointFirst() throws Exception {
    fixtures.createSlot();
    fixtures.sql("update ops.relay set checkpoint = 'FFFFFF/0'");
    fixtures.commit("k");
    fixtures.sql(
        """
        create function broken() returns trigger language plpgsql as $$
        begin raise exception 'disk full'; end $$\
        """);
    fixtures.sql(
        "create trigger broken before update on ops.relay for each row"
            + " when (new.checkpoint is not null) execute function broken()");

    assertThatThrownBy(() -> recover("--compare")).isInstanceOf(SQLException.class);

    assertThat(fixtures.query("select checkpoint is null from ops.relay")).isEqualTo("t");
    fixtures.sql("drop trigger broken on ops.relay");
    assertThat(recover("").lines().getFirst()).contains("is fit");
    relay.startStreaming();
    await()
        .atMost(RelayRun.LIMIT)
        .until(() -> fixtures.query("select outbox.relayed('0/1')").equals("t"));
    await().atMost(RelayRun.LIMIT).until(() -> fixtures.relayed().size() == 1);
  }

  private List<String> provisionSlot() {
    return OutboxSlot.ensure(fixtures.database, fixtures.slot, false);
  }

  private Outcome check() throws Exception {
    return new CheckCommand(fixtures.settings()).run();
  }

  private Outcome recover(String options) throws Exception {
    List<String> words = new ArrayList<>(List.of("recover"));
    words.addAll(options.isEmpty() ? List.of() : List.of(options.split(" ")));
    Optional<RecoverOptions> parsed = RecoverOptions.parse(words);
    return new RecoverCommand(fixtures.settings(), parsed.orElseThrow()).run();
  }

  private long slots() throws Exception {
    return Long.parseLong(
        fixtures.query(
            "select count(*) from pg_replication_slots where slot_name like '%s%%'"
                .formatted(fixtures.slot)));
  }

  /** Collects the lines that the commands log. */
  private static final class Captured extends Handler implements AutoCloseable {
    private static final Logger LOG = Logger.getLogger("org.accrual.relay.recovery");
    private final List<String> lines = new CopyOnWriteArrayList<>();

    Captured() {
      LOG.addHandler(this);
    }

    @Override
    public void publish(LogRecord record) {
      lines.add(new SimpleFormatter().formatMessage(record));
    }

    @Override
    public void flush() {}

    @Override
    public void close() {
      LOG.removeHandler(this);
    }
  }
}
