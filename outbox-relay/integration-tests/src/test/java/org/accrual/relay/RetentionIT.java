package org.accrual.relay;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.IntStream;
import org.accrual.relay.process.Relay;
import org.accrual.relay.state.RelayLife;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class RetentionIT {
  private static final Duration LIMIT = Duration.ofSeconds(30);
  private static final int ROWS_A_DAY = 2_000;

  private final RelayFixtures fixtures = new RelayFixtures();
  private final List<Throwable> failures = new CopyOnWriteArrayList<>();
  private final Relay relay = new Relay(fixtures.settings(), new RelayLife(), failures::add);
  private boolean started;

  RetentionIT() throws Exception {}

  @AfterEach
  void stop() throws Exception {
    if (started) {
      relay.stop();
      await().atMost(LIMIT).until(fixtures::slotsAreFree);
    }
    fixtures.close();
  }

  /** Twelve days of the same load, two of retention. */
  @Test
  void theTableStaysAsLargeAsItsRetentionUnderConstantLoad() throws Exception {
    startRelay();
    List<Long> sizes = new ArrayList<>();
    for (int day = 0; day < 12; day++) {
      maintain(day);
      insert(day, ROWS_A_DAY);
      awaitPassed();
      sizes.add(Long.parseLong(fixtures.query("select sum(bytes) from ops.outbox_partitions")));
    }

    // Two days kept, one open, one sealed and not yet dropped.
    assertThat(fixtures.query("select count(*) from outbox.message"))
        .isEqualTo(Integer.toString(4 * ROWS_A_DAY));
    assertThat(fixtures.query("select count(*) from outbox.message_default")).isEqualTo("0");
    assertThat(sizes.subList(6, 12))
        .allSatisfy(
            size -> assertThat(size).isBetween(sizes.get(5) * 9 / 10, sizes.get(5) * 11 / 10));
    assertThat(fixtures.relayed()).hasSize(12 * ROWS_A_DAY);
    assertThat(failures).isEmpty();
  }

  @Test
  void whatTheRelayHasNotPassedIsKeptHoweverOld() throws Exception {
    fixtures.createSlot();
    maintain(0);
    insert(0, 10);
    for (int day = 10; day < 15; day++) {
      maintain(day);
    }
    assertThat(fixtures.query("select count(*) from outbox.message")).isEqualTo("10");

    startRelay();
    awaitPassed();
    maintain(15);

    assertThat(fixtures.query("select count(*) from outbox.message")).isEqualTo("0");
    assertThat(fixtures.relayed()).hasSize(10);
  }

  @Test
  void aSealedPartitionTakesNoRowAndAnOpenWriterIsWaitedFor() throws Exception {
    fixtures.createSlot();
    maintain(0);
    try (Connection writer = DriverManager.getConnection(fixtures.database.url(), "postgres", "")) {
      writer.setAutoCommit(false);
      insert(writer, 0, 1);
      maintain(10);
      assertThat(
              fixtures.query(
                  "select count(*) from outbox.sealed where partition = '%s'"
                      .formatted(partition(0))))
          .isEqualTo("0");
      writer.commit();
    }
    maintain(10);
    assertThat(
            fixtures.query(
                "select count(*) from outbox.sealed where partition = '%s'"
                    .formatted(partition(0))))
        .isEqualTo("1");
    assertThatThrownBy(() -> insert(0, 1)).hasMessageContaining("sealed");
  }

  /**
   * Readers lock the table before its partitions; maintenance must not do so the other way round.
   */
  @Test
  void readersAndMaintenanceDoNotLockEachOtherOut() throws Exception {
    fixtures.createSlot();
    AtomicBoolean done = new AtomicBoolean();
    try (ExecutorService threads = Executors.newFixedThreadPool(2)) {
      List<Future<?>> readers =
          IntStream.range(0, 2)
              .<Future<?>>mapToObj(
                  n ->
                      threads.submit(
                          () -> {
                            while (!done.get()) {
                              fixtures.queryOnItsOwn("select count(*) from outbox.message");
                            }
                            return null;
                          }))
              .toList();
      try {
        for (int day = 0; day < 10; day++) {
          maintain(day);
        }
      } finally {
        done.set(true);
      }
      for (Future<?> reader : readers) {
        reader.get(30, TimeUnit.SECONDS);
      }
    }
    assertThat(fixtures.query("select count(*) > 0 from outbox.sealed")).isEqualTo("t");
  }

  @Test
  @DisplayName("The checkpoint of another cluster, as a restored dump brings it, drops nothing")
  void trustsOnlyTheCheckpointOfThisCluster() throws Exception {
    String ofAnother = " set %s = 'FFFFFF/0', system_identifier = '4711'";
    fixtures.createSlot();
    maintain(0);
    insert(0, 10);
    fixtures.sql("update ops.relay" + ofAnother.formatted("checkpoint"));
    for (int day = 10; day < 13; day++) {
      maintain(day);
    }
    assertThat(fixtures.query("select count(*) from outbox.message")).isEqualTo("10");

    fixtures.sql("update ops.relay set checkpoint = null");
    startRelay();
    awaitPassed();
    fixtures.sql("update ops.relay" + ofAnother.formatted("checkpoint"));
    fixtures.sql("update outbox.sealed" + ofAnother.formatted("lsn"));
    awaitPassed();
    assertThat(fixtures.query("select checkpoint < 'FFFFFF/0' from ops.relay")).isEqualTo("t");
    maintain(13);
    awaitPassed();
    maintain(13);

    assertThat(fixtures.query("select count(*) from outbox.message"))
        .as("sealed again in this cluster, and dropped")
        .isEqualTo("0");
  }

  @Test
  @DisplayName("Published rows of message_default past retention are deleted, as partitions are")
  void deletesPublishedRowsOfTheDefaultPartition() throws Exception {
    fixtures.createSlot();
    insert(0, 10);
    insert(9, 1);
    maintain(10);
    maintain(10);
    assertThat(fixtures.query("select count(*) from outbox.message_default"))
        .as("nothing is published yet")
        .isEqualTo("11");
    assertThatThrownBy(() -> insert(0, 1)).hasMessageContaining("sealed");

    startRelay();
    awaitPassed();
    maintain(10);

    assertThat(fixtures.query("select count(*) from outbox.message_default")).isEqualTo("1");
    insert(0, 1);
    assertThatThrownBy(() -> fixtures.sql("delete from outbox.message"))
        .hasMessageContaining("insert-only");
  }

  @Test
  @DisplayName("Maintenance queues for a lock for 200 ms at most")
  void doesNotQueueBehindAnOpenReader() throws Exception {
    fixtures.createSlot();
    maintain(0);
    insert(0, 1);
    insert(1, 1);
    startRelay();
    maintain(10);
    awaitPassed();
    try (Connection reader = DriverManager.getConnection(fixtures.database.url(), "postgres", "")) {
      reader.setAutoCommit(false);
      reader.createStatement().execute("select from outbox.message");
      Instant begin = Instant.now();

      maintain(10);

      assertThat(Duration.between(begin, Instant.now())).isLessThan(Duration.ofMillis(1500));
      assertThat(fixtures.query("select count(*) from outbox.message")).isEqualTo("2");
    }
    maintain(10);
    assertThat(fixtures.query("select count(*) from outbox.message")).isEqualTo("0");
  }

  @Test
  void withoutAnyRelaysWordNothingIsDropped() throws Exception {
    maintain(0);
    insert(0, 1);
    for (int day = 10; day < 13; day++) {
      maintain(day);
    }

    assertThat(fixtures.query("select count(*) from outbox.message")).isEqualTo("1");
    assertThatThrownBy(() -> fixtures.query("call outbox.maintain('1 hour')"))
        .hasMessageContaining("below 1 day");
  }

  private void startRelay() throws Exception {
    if (fixtures.query("select count(*) from ops.relay").equals("0")) {
      fixtures.createSlot();
    }
    relay.start();
    started = true;
  }

  private void awaitPassed() throws Exception {
    String end = fixtures.query("select pg_current_wal_insert_lsn()");
    await()
        .atMost(LIMIT)
        .until(() -> fixtures.query("select outbox.relayed('%s')".formatted(end)).equals("t"));
  }

  private void maintain(int day) throws SQLException {
    fixtures.query("call outbox.maintain('2 days', date '2030-01-01' + %d)".formatted(day));
  }

  private String partition(int day) throws SQLException {
    return fixtures.query(
        "select 'message_' || to_char(date '2030-01-01' + %d, 'YYYYMMDD')".formatted(day));
  }

  private void insert(int day, int rows) throws SQLException {
    insert(fixtures.connection, day, rows);
  }

  private void insert(Connection connection, int day, int rows) throws SQLException {
    try (var statement = connection.createStatement()) {
      statement.execute(
          """
          insert into outbox.message (id, aggregatetype, aggregateid, type, payload, created_at)
          select uuidv7(), 'study.events', '%s/k', 'accrual.study.activated.v1', '\\x00',
                 timestamptz '2030-01-01 12:00:00Z' + %d * interval '1 day'
            from generate_series(1, %d)\
          """
              .formatted(fixtures.prefix, day, rows));
    }
  }
}
