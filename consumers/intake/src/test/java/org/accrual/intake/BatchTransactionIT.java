package org.accrual.intake;

import static org.accrual.intake.IntakeFixtures.TOPIC;
import static org.accrual.intake.IntakeFixtures.record;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.accrual.contract.Headers;
import org.accrual.fixtures.EnrollmentStory;
import org.accrual.fixtures.EventEncoding;
import org.accrual.runtime.registry.RegistryUnavailable;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.header.Header;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** Effects and gate in one transaction, on a real database. */
class BatchTransactionIT {
  private static final SpecificRecord EVENT =
      EnrollmentStory.onStudy("study", "site").events().getFirst();
  private static final long LIMIT_SECONDS = 30;
  private static final StreamKey A = new StreamKey(TOPIC, "a");

  private final ProbeTables tables = new ProbeTables();
  private final BatchTransaction transaction = transaction(ProbeTables::append);

  @AfterEach
  void close() {
    tables.close();
  }

  @Test
  void appliesABatchAndMovesTheGate() throws Exception {
    BatchResult result = transaction.apply(List.of(event(0, "a", 1), event(1, "a", 2)));

    assertThat(result.applied()).isEqualTo(2);
    assertThat(result.reached()).containsExactly(Map.entry(A, 2L));
    assertThat(tables.effects()).isEqualTo(Map.of("a", List.of(1L, 2L)));
    assertThat(tables.applied(List.of(A))).isEqualTo(Map.of(A, 2L));
  }

  @Test
  void aBatchThatComesTenTimesTakesEffectOnce() throws Exception {
    List<ConsumerRecord<byte[], byte[]>> batch = List.of(event(0, "a", 1), event(1, "b", 1));
    transaction.apply(batch);

    for (int again = 1; again < 10; again++) {
      BatchResult result = transaction.apply(batch);
      assertThat(result.applied()).isZero();
      assertThat(result.repeats()).isEqualTo(2);
      assertThat(result.reached()).isEmpty();
    }

    assertThat(tables.effects()).isEqualTo(Map.of("a", List.of(1L), "b", List.of(1L)));
  }

  @Test
  void aMissingTableIsNoEventsFaultAndLeavesNothingBehind() throws Exception {
    BatchTransaction failing =
        transaction(
            (connection, messages) -> {
              ProbeTables.append(connection, messages);
              connection.createStatement().execute("select * from probe.nowhere");
            });

    assertThatThrownBy(() -> failing.apply(List.of(event(0, "a", 1))))
        .isInstanceOf(BrokenConsumer.class);
    assertThat(tables.effects()).isEmpty();
    assertThat(tables.applied(List.of(A))).isEmpty();
    assertThat(tables.rows("select count(*) from ops.dead_letters")).containsExactly("0");

    // And the connection that went back to the pool is clean.
    assertThat(transaction.apply(List.of(event(0, "a", 1))).applied()).isEqualTo(1);
  }

  @Test
  void whatTheDatabaseCannotDoNowIsToldFromWhatItCannotDo() {
    BatchTransaction slow =
        transaction((connection, _) -> connection.createStatement().execute("select pg_sleep(60)"));
    BatchTransaction cutOff =
        transaction(
            (connection, _) ->
                connection
                    .createStatement()
                    .execute("select pg_terminate_backend(pg_backend_pid())"));

    assertThatThrownBy(() -> slow.apply(List.of(event(0, "a", 1))))
        .isInstanceOf(TransientFailure.class)
        .hasRootCauseMessage("ERROR: canceling statement due to statement timeout");
    assertThatThrownBy(() -> cutOff.apply(List.of(event(0, "a", 1))))
        .isInstanceOf(TransientFailure.class);
  }

  /** As SQL publishes it: no version, no step, only an id. */
  @Test
  void whatHasNoSequenceTakesEffectOnceByItsId() throws Exception {
    ConsumerRecord<byte[], byte[]> first = result(0, "a");
    ConsumerRecord<byte[], byte[]> again = at(7, first);
    ConsumerRecord<byte[], byte[]> second = result(1, "a");

    assertThat(transaction.apply(List.of(first, again, second)).applied()).isEqualTo(2);
    BatchResult repeated = transaction.apply(List.of(at(8, second), at(9, first)));

    assertThat(repeated.applied()).isZero();
    assertThat(repeated.repeats()).isEqualTo(2);
    assertThat(tables.effects()).isEqualTo(Map.of("a", List.of(0L, 0L)));
    assertThat(tables.rows("select count(*) from ops.inbox where consumer = 'probe'"))
        .containsExactly("2");
    // Kept for a while only: what comes after that is taken for new.
    assertThat(tables.rows("select ops.forget_inbox('1 hour')")).containsExactly("0");
    assertThat(tables.rows("select ops.forget_inbox('0 seconds', 1)")).containsExactly("1");
    assertThat(tables.rows("select ops.forget_inbox('0 seconds')")).containsExactly("1");
    assertThat(transaction.apply(List.of(at(10, first))).applied()).isEqualTo(1);
  }

  @Test
  void whatHasNoSequenceIsParkedGivenUpAndNotTakenAtAnotherOffset() throws Exception {
    ConsumerRecord<byte[], byte[]> bad = result(0, "a");
    ConsumerRecord<byte[], byte[]> next = result(1, "a");
    boolean[] fixed = {false};
    BatchTransaction failing =
        transaction(
            (connection, messages) -> {
              if (!fixed[0]) {
                throw new IllegalStateException("not now");
              }
              ProbeTables.append(connection, messages);
            });
    assertThat(failing.apply(List.of(bad, next)).parked()).isEqualTo(2);
    fixed[0] = true;

    assertThat(
            tables.rows(
                "select deadletter.discard(letter_id, 'ada', 'wrong') from ops.dead_letters where"
                    + " \"offset\" = 0"))
        .hasSize(1);
    assertThat(
            tables.rows(
                "select deadletter.start_redrive(array_agg(letter_id), 'ada', 1000) from"
                    + " ops.dead_letters"))
        .hasSize(1);
    org.awaitility.Awaitility.await()
        .until(
            () -> {
              Duration _ = failing.redrive();
              return tables.rows("select * from ops.dead_letters").isEmpty();
            });

    assertThat(failing.apply(List.of(at(8, bad), at(9, next))).repeats()).isEqualTo(2);
    assertThat(tables.effects()).isEqualTo(Map.of("a", List.of(0L)));
  }

  @Test
  @DisplayName("While the registry is away, only partitions that need it wait")
  void waitsForTheRegistry() throws Exception {
    boolean[] away = {true};
    BatchTransaction cutOff =
        new BatchTransaction(
            tables.database,
            new MessageDecoder(
                id -> {
                  if (away[0]) {
                    throw new RegistryUnavailable("away", null);
                  }
                  return SchemaIds.byId(id);
                }),
            ProbeTables.GATE,
            ProbeTables::append);
    List<Header> known = EventEncoding.headers(EVENT, 1, Instant.EPOCH);
    known.add(EventEncoding.header(Headers.SCHEMA_VERSION, "1"));
    byte[] value = EventEncoding.value(SchemaIds.of(EVENT.getSchema()), EVENT);
    List<ConsumerRecord<byte[], byte[]>> batch =
        List.of(
            IntakeFixtures.record(0, 7, "needs the registry", 1, EVENT),
            IntakeFixtures.record(0, 8, "behind it", value, known),
            IntakeFixtures.record(1, 7, "elsewhere", value, known));

    BatchResult result = cutOff.apply(batch);

    assertThat(result.applied()).isEqualTo(1);
    assertThat(result.held())
        .containsOnly(Map.entry(new TopicPartition(IntakeFixtures.TOPIC, 0), 7L));
    assertThat(tables.effects()).containsOnlyKeys("elsewhere");
    away[0] = false;
    assertThat(cutOff.apply(batch).applied()).isEqualTo(2);
  }

  @Test
  void ofTwoOwnersOfARecordWithoutSequenceOneGivesUpWithoutEffect() throws Exception {
    ConsumerRecord<byte[], byte[]> record = result(0, "a");
    List<Future<BatchResult>> results = new ArrayList<>();
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      for (int owner = 0; owner < 8; owner++) {
        results.add(threads.submit(() -> untilItWorks(List.of(record))));
      }
    }
    int applied = 0;
    for (Future<BatchResult> result : results) {
      applied += result.get(LIMIT_SECONDS, TimeUnit.SECONDS).applied();
    }
    assertThat(applied).isEqualTo(1);
    assertThat(tables.effects()).isEqualTo(Map.of("a", List.of(0L)));
  }

  /** An owner that lost its partition in the middle of a batch, and the one that has it now. */
  @Test
  void ofTwoOwnersOfAStreamOneGivesUpWithoutEffect() throws Exception {
    transaction.apply(List.of(event(0, "a", 1)));
    CountDownLatch oldOwnerHasTheGate = new CountDownLatch(1);
    CountDownLatch oldOwnerMayCommit = new CountDownLatch(1);
    BatchTransaction oldOwner =
        transaction(
            (connection, messages) -> {
              ProbeTables.append(connection, messages);
              oldOwnerHasTheGate.countDown();
              awaited(oldOwnerMayCommit);
            });
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      Future<BatchResult> old = threads.submit(() -> oldOwner.apply(List.of(event(1, "a", 2))));
      awaited(oldOwnerHasTheGate);
      Future<BatchResult> next =
          threads.submit(() -> transaction.apply(List.of(event(1, "a", 2), event(2, "a", 3))));
      awaitALockWait();
      oldOwnerMayCommit.countDown();

      assertThat(old.get(LIMIT_SECONDS, TimeUnit.SECONDS).applied()).isEqualTo(1);
      assertThatThrownBy(() -> next.get(LIMIT_SECONDS, TimeUnit.SECONDS))
          .hasCauseInstanceOf(TransientFailure.class);
    }
    BatchResult retried = transaction.apply(List.of(event(1, "a", 2), event(2, "a", 3)));
    assertThat(retried.repeats()).isEqualTo(1);
    assertThat(tables.effects()).isEqualTo(Map.of("a", List.of(1L, 2L, 3L)));
  }

  /** The same for a stream that has no row yet. */
  @Test
  void ofTwoOwnersOfANewStreamOneGivesUpWithoutEffect() throws Exception {
    int owners = 8;
    List<Future<BatchResult>> results = new ArrayList<>();
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      for (int owner = 0; owner < owners; owner++) {
        results.add(threads.submit(() -> untilItWorks(List.of(event(0, "a", 1)))));
      }
      int applied = 0;
      for (Future<BatchResult> result : results) {
        applied += result.get(LIMIT_SECONDS, TimeUnit.SECONDS).applied();
      }
      assertThat(applied).isEqualTo(1);
    }
    assertThat(tables.effects()).isEqualTo(Map.of("a", List.of(1L)));
  }

  private BatchResult untilItWorks(List<ConsumerRecord<byte[], byte[]>> batch) {
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(LIMIT_SECONDS);
    while (true) {
      try {
        return transaction.apply(batch);
      } catch (TransientFailure e) {
        if (System.nanoTime() - deadline > 0) {
          throw e;
        }
        Thread.onSpinWait();
      }
    }
  }

  private void awaitALockWait() throws SQLException {
    try (Connection connection = tables.database.getConnection()) {
      org.awaitility.Awaitility.await()
          .until(
              () -> {
                try (var rows =
                    connection
                        .createStatement()
                        .executeQuery(
                            """
                            select 1 from pg_locks l join pg_stat_activity a using (pid)
                             where not l.granted and a.datname = current_database()
                            """)) {
                  return rows.next();
                }
              });
      connection.rollback();
    }
  }

  private static void awaited(CountDownLatch latch) {
    try {
      if (!latch.await(LIMIT_SECONDS, TimeUnit.SECONDS)) {
        throw new AssertionError("not within %d s".formatted(LIMIT_SECONDS));
      }
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  private BatchTransaction transaction(Effects effects) {
    return new BatchTransaction(
        tables.database, new MessageDecoder(SchemaIds::byId), ProbeTables.GATE, effects);
  }

  /** On a topic that is not the event store's. */
  private static ConsumerRecord<byte[], byte[]> result(long offset, String key) {
    return on("accrual.lab.events", offset, record(0, offset, key, Message.UNSEQUENCED, EVENT));
  }

  /** The same record, written once more. */
  private static ConsumerRecord<byte[], byte[]> at(
      long offset, ConsumerRecord<byte[], byte[]> record) {
    return on(record.topic(), offset, record);
  }

  private static ConsumerRecord<byte[], byte[]> on(
      String topic, long offset, ConsumerRecord<byte[], byte[]> record) {
    return new ConsumerRecord<>(
        topic,
        record.partition(),
        offset,
        record.timestamp(),
        record.timestampType(),
        record.serializedKeySize(),
        record.serializedValueSize(),
        record.key(),
        record.value(),
        record.headers(),
        Optional.empty());
  }

  private static ConsumerRecord<byte[], byte[]> event(long offset, String key, long version) {
    return record(0, offset, key, version, EVENT);
  }
}
