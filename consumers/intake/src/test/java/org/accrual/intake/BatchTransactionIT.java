package org.accrual.intake;

import static org.accrual.intake.IntakeFixtures.TOPIC;
import static org.accrual.intake.IntakeFixtures.record;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Effects and gate in one transaction, on a real database. */
class BatchTransactionIT {
  private static final SpecificRecord EVENT =
      EnrollmentStory.onStudy("study", "site").events().getFirst();
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
      oldOwnerHasTheGate.await();
      Future<BatchResult> next =
          threads.submit(() -> transaction.apply(List.of(event(1, "a", 2), event(2, "a", 3))));
      awaitALockWait();
      oldOwnerMayCommit.countDown();

      assertThat(old.get().applied()).isEqualTo(1);
      assertThatThrownBy(next::get).hasCauseInstanceOf(TransientFailure.class);
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
        applied += result.get().applied();
      }
      assertThat(applied).isEqualTo(1);
    }
    assertThat(tables.effects()).isEqualTo(Map.of("a", List.of(1L)));
  }

  private BatchResult untilItWorks(List<ConsumerRecord<byte[], byte[]>> batch) {
    while (true) {
      try {
        return transaction.apply(batch);
      } catch (TransientFailure lostTheRace) {
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
      latch.await();
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  private BatchTransaction transaction(Effects effects) {
    return new BatchTransaction(
        tables.database, new MessageDecoder(SchemaIds::byId), ProbeTables.GATE, effects);
  }

  private static ConsumerRecord<byte[], byte[]> event(long offset, String key, long version) {
    return record(0, offset, key, version, EVENT);
  }
}
