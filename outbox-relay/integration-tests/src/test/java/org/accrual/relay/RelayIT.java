package org.accrual.relay;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.nio.ByteBuffer;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.IntStream;
import org.accrual.contract.EventSchemas;
import org.accrual.contract.Topics;
import org.accrual.relay.process.Relay;
import org.accrual.relay.state.Refusal.Reason;
import org.accrual.relay.state.RelayLife;
import org.accrual.relay.state.RelayState;
import org.accrual.relay.state.Wait;
import org.accrual.relay.stream.outbox.Delivery;
import org.accrual.relay.stream.outbox.Position;
import org.accrual.relay.stream.sink.Publisher;
import org.accrual.runtime.registry.SchemaRegistry;
import org.apache.avro.Schema;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.Producer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class RelayIT {
  private static final Duration LIMIT = Duration.ofSeconds(30);
  private static final String STATUS =
      "select state || ': ' || coalesce(reason, '') from ops.relay";

  private final RelayFixtures fixtures = new RelayFixtures();
  private final List<Throwable> failures = new CopyOnWriteArrayList<>();
  private final List<Delivery> delivered = new CopyOnWriteArrayList<>();
  private final AtomicReference<Relay> relay = new AtomicReference<>();
  private RelayLife life = new RelayLife();

  RelayIT() throws Exception {}

  @AfterEach
  void stop() throws Exception {
    stopRelay();
    fixtures.close();
  }

  @Test
  void aRowBecomesARecordWithKeyHeadersAndAvroInTheRegistrysWireFormat() throws Exception {
    fixtures.createSlot();
    startStreaming();

    String id = fixtures.commit("one").getFirst();

    ConsumerRecord<String, byte[]> record = awaitRelayed(1).getFirst();
    assertThat(record.key()).isEqualTo(fixtures.prefix + "/one");
    assertThat(RelayFixtures.header(record, "ce_id")).isEqualTo(id);
    assertThat(RelayFixtures.header(record, "ce_type")).isEqualTo("accrual.study.activated.v1");
    assertThat(RelayFixtures.header(record, "ce_source")).isEqualTo("/accrual/outbox");
    assertThat(RelayFixtures.header(record, "ce_specversion")).isEqualTo("1.0");
    assertThat(RelayFixtures.header(record, "content-type")).isEqualTo("application/avro");
    assertThat(RelayFixtures.header(record, "ce_sequence")).isEqualTo("1");
    assertThat(RelayFixtures.header(record, "ce_actor")).isEqualTo("é-one");
    assertThat(Instant.parse(RelayFixtures.header(record, "ce_time")))
        .isEqualTo(
            fixtures.query(
                "select to_char(created_at at time zone 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS.US\"Z\"')"
                    + " from outbox.message"));
    ByteBuffer value = ByteBuffer.wrap(record.value());
    assertThat(value.get()).isZero();
    assertThat(new SchemaRegistry(RelayFixtures.REGISTRY).byId(value.getInt()))
        .isEqualTo(EventSchemas.of("accrual.study.activated.v1", 1).orElseThrow());
    assertThat(Arrays.copyOfRange(record.value(), 5, record.value().length))
        .isEqualTo(RelayFixtures.payload("one"));
  }

  @Test
  void recordsOfAKeyKeepTheOrderOfTheirCommits() throws Exception {
    fixtures.createSlot();
    startStreaming();
    List<String> ids = new ArrayList<>();

    for (int i = 0; i < 50; i++) {
      ids.addAll(
          fixtures.commit(
              IntStream.rangeClosed(0, i % 5).mapToObj(n -> "k").toArray(String[]::new)));
    }

    awaitRelayed(ids.size());
    assertThat(fixtures.relayedIds()).isEqualTo(ids);
    assertThat(delivered.stream().mapToInt(delivery -> delivery.rows().size()).sum())
        .isEqualTo(150);
    assertThat(delivered.stream().mapToInt(Delivery::transactions).sum()).isEqualTo(50);
  }

  @Test
  void aTransactionIsPublishedAfterItsCommitAndARolledBackOneNever() throws Exception {
    fixtures.createSlot();
    startStreaming();
    fixtures.insert("k", "k");
    fixtures.connection.rollback();

    List<String> open = fixtures.insert("k", "k", "k");
    List<String> ids = new ArrayList<>(fixtures.commitOnItsOwn("k"));
    awaitRelayed(1);
    assertThat(fixtures.relayedIds()).isEqualTo(ids);
    fixtures.connection.commit();

    awaitRelayed(4);
    ids.addAll(open);
    assertThat(fixtures.relayedIds()).isEqualTo(ids);
    assertThat(delivered.stream().mapToInt(Delivery::transactions).sum()).isEqualTo(2);
  }

  @Test
  void aConcurrentReaderNeverSeesAPartOfATransaction() throws Exception {
    int transactions = 20;
    int rows = 500;
    fixtures.createSlot();
    startStreaming();
    AtomicBoolean done = new AtomicBoolean();
    try (TopicReader reader = new TopicReader(Topics.STUDY_EVENTS);
        ExecutorService thread = Executors.newSingleThreadExecutor()) {
      Future<Set<Long>> counts =
          thread.submit(
              () -> {
                Set<Long> seen = new TreeSet<>();
                while (!done.get()) {
                  seen.add(fixtures.countOfThisTest(reader.read()));
                }
                return seen;
              });
      try {
        for (int i = 0; i < transactions; i++) {
          fixtures.commit(sameKey(rows));
        }
        awaitRelayed(transactions * rows);
      } finally {
        done.set(true);
      }
      assertThat(counts.get(LIMIT.toSeconds(), TimeUnit.SECONDS))
          .as("the reader ran beside the relay")
          .hasSizeGreaterThan(3)
          .allMatch(count -> count % rows == 0);
    }
  }

  @Test
  void whatLiesAtOrUnderTheCheckpointIsSkippedAfterARestart() throws Exception {
    fixtures.createSlot();
    copySlot(fixtures.slot, "behind");
    startStreaming();
    List<String> ids = new ArrayList<>(fixtures.commit("k", "k"));
    ids.addAll(fixtures.commit("k"));
    awaitRelayed(3);
    stopRelay();
    // As if the relay had been killed after the commit to Kafka and before the word to PostgreSQL.
    dropSlot(fixtures.slot);
    copySlot(suffixed("behind"), null);

    ids.addAll(fixtures.commit("k"));
    startStreaming();
    ids.addAll(fixtures.commit("k"));

    awaitRelayed(5);
    awaitConfirmed(fixtures.query("select pg_current_wal_lsn()"));
    assertThat(fixtures.relayedIds()).isEqualTo(ids);
    assertThat(delivered.stream().mapToInt(delivery -> delivery.rows().size()).sum()).isEqualTo(2);
  }

  @Test
  void aLargeTransactionGoesInSlicesInOrder() throws Exception {
    fixtures.createSlot();
    startStreaming();

    List<String> ids = fixtures.commit(sameKey(5_000));

    awaitRelayed(ids.size());
    assertThat(fixtures.relayedIds()).isEqualTo(ids);
    assertThat(delivered).anyMatch(delivery -> delivery.reached().ordinal() > 0);
    assertThat(delivered.stream().mapToInt(Delivery::transactions).sum()).isEqualTo(1);
  }

  @Test
  void aRestartInsideALargeTransactionGoesOnWithTheNextRow() throws Exception {
    fixtures.createSlot();
    startStreaming();
    life.onDelivery(
        (delivery, rejected) -> {
          if (delivery.reached().ordinal() > 0) {
            throw new IllegalStateException("broken after the first slice");
          }
        });
    List<String> ids = new ArrayList<>(fixtures.commit("k"));
    ids.addAll(fixtures.commit(sameKey(5_000)));
    ids.addAll(fixtures.commit("k"));
    await().atMost(LIMIT).until(() -> !failures.isEmpty());
    stopRelay();
    assertThat(fixtures.relayed()).hasSizeBetween(1_000, 4_999);

    startStreaming();

    awaitRelayed(ids.size());
    assertThat(fixtures.relayedIds()).isEqualTo(ids);
  }

  @Test
  void whatIsCommittedWhileTheRelayIsAwayIsRelayedLater() throws Exception {
    fixtures.createSlot();
    List<String> ids = fixtures.commit("before-the-first-start");
    startStreaming();
    awaitRelayed(1);
    stopRelay();

    String later = fixtures.commit("while-away").getFirst();
    startStreaming();

    awaitRelayed(2);
    assertThat(fixtures.relayedIds()).containsExactlyInAnyOrder(ids.getFirst(), later);
  }

  @Test
  void anIdleSlotMovesOnButNeverPastTheCheckpoint() throws Exception {
    fixtures.createSlot();
    startStreaming();
    fixtures.sql("create table neighbour as select n from generate_series(1, 10000) n");
    String afterNeighbour = fixtures.query("select pg_current_wal_lsn()");

    awaitConfirmed(afterNeighbour);

    stopRelay();
    long confirmed = Position.lsn(confirmed());
    String checkpoint = fixtures.checkpoints().getLast();
    assertThat(checkpoint).contains("\"slot\":\"%s\"".formatted(fixtures.slot));
    assertThat(Position.lsn(checkpoint.replaceAll(".*\"lsn\":\"([^\"]+)\".*", "$1")))
        .isGreaterThanOrEqualTo(confirmed);
    assertThat(fixtures.relayed()).isEmpty();
  }

  @Test
  void anIdleSlotPinsLittleWalBesideABusyNeighbour() throws Exception {
    fixtures.createSlot();
    startStreaming();
    fixtures.sql("create table busy (n int, filler text)");
    long most = 0;
    for (int i = 0; i < 20; i++) {
      // Some 5 MB each.
      fixtures.sql("insert into busy select n, repeat('x', 400) from generate_series(1, 10000) n");
      String written = fixtures.query("select pg_current_wal_lsn()");
      awaitConfirmed(written);
      most = Math.max(most, pinned());
    }

    assertThat(most).isPositive().isLessThan(16 * 1024 * 1024);
    assertThat(
            Long.parseLong(
                fixtures.query("select pg_wal_lsn_diff(pg_current_wal_lsn(), '0/0')::bigint")))
        .isGreaterThan(100 * 1024 * 1024);
    assertThat(fixtures.relayed()).isEmpty();
  }

  @Test
  void aMissingSlotIsRefusedAndNotMade() throws Exception {
    fixtures.sql("insert into ops.relay (slot) values ('%s')".formatted(fixtures.slot));
    start();

    awaitRefused(Reason.SLOT_MISSING);
    assertThat(
            fixtures.query(
                "select count(*) from pg_replication_slots where database = current_database()"))
        .isEqualTo("0");
    assertThat(failures).isEmpty();
    await().atMost(LIMIT).until(() -> fixtures.query(STATUS).startsWith("refused: SLOT_MISSING"));

    // The row is another relay's by now.
    fixtures.sql("update ops.relay set state = 'streaming', reason = 'another'");
    await()
        .during(Duration.ofSeconds(1))
        .atMost(LIMIT)
        .until(() -> fixtures.query(STATUS).equals("streaming: another"));
    stopRelay();
    assertThat(fixtures.query(STATUS)).isEqualTo("streaming: another");
  }

  @Test
  void aSlotAheadOfTheCheckpointIsRefused() throws Exception {
    fixtures.createSlot();
    startStreaming();
    fixtures.commit("k");
    awaitRelayed(1);
    stopRelay();
    fixtures.commit("lost");
    fixtures.query(
        "select pg_replication_slot_advance('%s', pg_current_wal_lsn())".formatted(fixtures.slot));

    start();

    awaitRefused(Reason.SLOT_AHEAD_OF_CHECKPOINT);
    fixtures.commit("after");
    // Without the slot nothing more can be published.
    await().atMost(LIMIT).until(fixtures::slotsAreFree);
    stopRelay();
    assertThat(fixtures.relayed()).hasSize(1);
    assertThat(failures).isEmpty();
  }

  @Test
  void recordsFromBeforeTheSlotWithoutACheckpointAreRefused() throws Exception {
    fixtures.commit("unseen");
    fixtures.createSlot();

    start();

    awaitRefused(Reason.CHECKPOINT_MISSING);
  }

  @Test
  void aPublicationThatTellsMoreIsRefused() throws Exception {
    fixtures.createSlot();
    fixtures.sql("create table neighbour (n int primary key)");
    fixtures.sql("alter publication accrual_outbox add table neighbour");

    start();

    awaitRefused(Reason.PUBLICATION_UNFIT);
  }

  @Test
  @DisplayName("A record without a schema waits, and all behind it, until its schema is registered")
  void aRecordWithoutASchemaWaits() throws Exception {
    String type = "later." + fixtures.slot;
    fixtures.createSlot();
    startStreaming();

    fixtures.sql(
        "insert into outbox.message (id, aggregatetype, aggregateid, type, payload)"
            + " values (gen_random_uuid(), 'study.events', '%s/x', '%s', '')"
                .formatted(fixtures.prefix, type));
    String after = fixtures.commit("after").getFirst();

    await()
        .atMost(LIMIT)
        .until(() -> fixtures.query(STATUS).startsWith("streaming: RECORD_UNFIT: outbox record"));
    assertThat(life.stand().state()).isEqualTo(RelayState.STREAMING);
    Wait wait = life.waiting().orElseThrow();
    assertThat(wait.reason()).isEqualTo(Wait.Reason.RECORD_UNFIT);
    assertThat(wait.detail()).contains(type);

    stopRelay();
    assertThat(fixtures.query(STATUS)).isEqualTo("stopped: ");
    assertThat(fixtures.relayed()).isEmpty();
    startStreaming();
    await().atMost(LIMIT).until(() -> life.waiting().isPresent());

    new SchemaRegistry(RelayFixtures.REGISTRY)
        .register(
            type,
            new Schema.Parser()
                .parse(
                    """
                    {"type": "record", "name": "Later", "accrual.version": 1, "fields": []}\
                    """));

    awaitRelayed(2);
    assertThat(fixtures.relayedIds()).contains(after);
    assertThat(life.waiting()).isEmpty();
    assertThat(failures).isEmpty();
    await().atMost(LIMIT).until(() -> fixtures.query(STATUS).equals("streaming: "));
  }

  @Test
  void aSecondRelayWaitsAndTakesOverWithoutARepeat() throws Exception {
    fixtures.createSlot();
    startStreaming();
    List<String> ids = new ArrayList<>(fixtures.commit("k"));
    awaitRelayed(1);
    Relay first = relay.get();
    RelayLife firstLife = life;
    life = new RelayLife();
    Relay second = new Relay(fixtures.settings(), life, failures::add);
    relay.set(second);
    second.start();
    await().atMost(LIMIT).until(() -> life.stand().state() == RelayState.WAITING_FOR_SLOT);
    assertThat(firstLife.stand().state()).isEqualTo(RelayState.STREAMING);

    first.stop();

    await().atMost(LIMIT).until(() -> life.stand().state() == RelayState.STREAMING);
    ids.addAll(fixtures.commit("k"));
    awaitRelayed(2);
    assertThat(fixtures.relayedIds()).isEqualTo(ids);
    assertThat(failures).isEmpty();
  }

  @Test
  void aFencedRelayFailsAndPublishesNothing() throws Exception {
    fixtures.createSlot();
    startStreaming();
    try (Producer<byte[], byte[]> newcomer = Publisher.producer(fixtures.settings().sink())) {
      newcomer.initTransactions();

      fixtures.commit("k");

      await().atMost(LIMIT).until(() -> !failures.isEmpty());
    }
    stopRelay();
    assertThat(fixtures.relayed()).isEmpty();
  }

  private static String[] sameKey(int rows) {
    return Collections.nCopies(rows, "k").toArray(String[]::new);
  }

  private void start() {
    life = new RelayLife();
    delivered.clear();
    life.onDelivery((delivery, rejected) -> delivered.add(delivery));
    Relay started = new Relay(fixtures.settings(), life, failures::add);
    relay.set(started);
    started.start();
  }

  private void startStreaming() {
    start();
    await().atMost(LIMIT).until(() -> life.stand().state() == RelayState.STREAMING);
  }

  /** Stops and waits for the server to see it, which follows a moment later. */
  private void stopRelay() {
    Relay running = relay.getAndSet(null);
    if (running != null) {
      running.stop();
      assertThat(life.stand().state()).isEqualTo(RelayState.STOPPED);
      await().atMost(LIMIT).until(fixtures::slotsAreFree);
    }
  }

  private List<ConsumerRecord<String, byte[]>> awaitRelayed(int count) {
    await().atMost(LIMIT).until(() -> fixtures.relayed().size() >= count);
    List<ConsumerRecord<String, byte[]>> relayed = fixtures.relayed();
    assertThat(relayed).hasSize(count);
    return relayed;
  }

  private void awaitRefused(Reason reason) {
    await().atMost(LIMIT).until(() -> life.stand().state() == RelayState.REFUSED);
    assertThat(life.stand().refusal().orElseThrow().reason()).isEqualTo(reason);
  }

  private void awaitConfirmed(String lsn) {
    await().atMost(LIMIT).until(() -> Position.lsn(confirmed()) >= Position.lsn(lsn));
  }

  private long pinned() throws Exception {
    return Long.parseLong(
        fixtures.query(
            "select retained_wal_bytes::bigint from ops.relay_status where slot = '%s'"
                .formatted(fixtures.slot)));
  }

  private String confirmed() throws Exception {
    return fixtures.query(
        "select confirmed_flush_lsn from pg_replication_slots where slot_name = '%s'"
            .formatted(fixtures.slot));
  }

  private String suffixed(String suffix) {
    return fixtures.slot + "_" + suffix;
  }

  private void copySlot(String from, String suffix) throws Exception {
    fixtures.query(
        "select pg_copy_logical_replication_slot('%s', '%s')"
            .formatted(from, suffix == null ? fixtures.slot : suffixed(suffix)));
  }

  private void dropSlot(String name) throws Exception {
    fixtures.sql("select pg_drop_replication_slot('%s')".formatted(name));
  }
}
