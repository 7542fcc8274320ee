package org.accrual.intake;

import static org.accrual.intake.IntakeFixtures.record;
import static org.assertj.core.api.Assertions.assertThat;

import com.zaxxer.hikari.HikariDataSource;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.SQLTransientConnectionException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.accrual.fixtures.EnrollmentStory;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What is noted of records on their way through the intake, on a real database. */
class HopsIT {
  private static final SpecificRecord EVENT =
      EnrollmentStory.onStudy("study", "site").events().getFirst();
  private static final Duration LIMIT = Duration.ofSeconds(20);
  private static final String HOPS =
      """
      select service, outcome, partition, "offset", key, version, attempts, left(error, 20)
        from ops.hop order by "offset", at, outcome desc
      """;

  private final ProbeTables tables = new ProbeTables();
  private final HopWriter writer = new HopWriter(tables.database, 1000);
  private final BatchHops hops = new BatchHops("probe", writer, new SilentObserver());
  private final BatchTransaction transaction =
      new BatchTransaction(
          tables.database, new MessageDecoder(SchemaIds::byId), ProbeTables.GATE, HopsIT::append);

  @AfterEach
  void close() {
    tables.close();
  }

  @Test
  void eachRecordIsNotedWithWhatBecameOfIt() throws Exception {
    List<ConsumerRecord<byte[], byte[]>> batch =
        List.of(
            record(3, 10, "a", 1, EVENT),
            record(3, 11, "bad", 1, EVENT),
            record(3, 12, "bad", 2, EVENT),
            record(3, 13, "a", 1, EVENT));
    hops.failed(batch, new TransientFailure("away", new SQLException()), Instant.now());
    take(batch);
    writer.start();
    writer.stop(LIMIT);

    assertThat(tables.rows(HOPS))
        .containsExactly(
            "probe|retried|3|10|a|1|1|org.accrual.intake.T",
            "probe|applied|3|10|a|1|2|",
            "probe|retried|3|11|bad|1|1|org.accrual.intake.T",
            "probe|parked|3|11|bad|1|2|java.lang.IllegalSta",
            "probe|retried|3|12|bad|2|1|org.accrual.intake.T",
            "probe|parked|3|12|bad|2|2|",
            "probe|retried|3|13|a|1|1|org.accrual.intake.T",
            "probe|duplicate|3|13|a|1|2|");
    assertThat(writer.leftOut()).isZero();
  }

  @Test
  void theFlowOfAConversationHasWritingRelayingAndTakingIn() throws Exception {
    take(List.of(record(0, 7, "a", 1, EVENT)));
    writer.start();
    writer.stop(LIMIT);

    assertThat(
            tables.rows(
                """
                select step, service, outcome, topic, partition, "offset" from ops.flow
                 where correlation_id = 'conversation'
                 order by array_position(array['relayed', 'written', 'consumed'], step)
                """))
        .containsExactly(
            "relayed|outbox-relay|relayed|accrual.enrollment.events|0|7",
            "written|test|written|accrual.enrollment.events|0|7",
            "consumed|probe|applied|accrual.enrollment.events|0|7");
  }

  @Test
  void aFloodIsCutOffAndCounted() throws Exception {
    HopWriter narrow = new HopWriter(tables.database, 10);
    narrow.note(30, () -> some(30));
    narrow.note(11, () -> some(11));
    narrow.note(10, () -> some(10));
    narrow.start();
    narrow.stop(LIMIT);

    assertThat(tables.rows("select count(*) from ops.hop")).containsExactly("40");
    assertThat(narrow.leftOut()).isEqualTo(11);
  }

  @Test
  void notesWaitForADatabaseThatIsAway() throws Exception {
    AtomicInteger failures = new AtomicInteger(2);
    HikariDataSource flaky =
        new HikariDataSource() {
          @Override
          public Connection getConnection() throws SQLException {
            if (failures.getAndDecrement() > 0) {
              throw new SQLTransientConnectionException("away");
            }
            return tables.database.getConnection();
          }
        };
    HopWriter patient = new HopWriter(flaky, 1000);
    patient.note(some(1).getFirst());
    patient.start();
    org.awaitility.Awaitility.await()
        .atMost(LIMIT)
        .until(() -> tables.rows("select count(*) from ops.hop").equals(List.of("1")));
    patient.stop(LIMIT);

    assertThat(patient.leftOut()).isZero();
  }

  @Test
  void partitionsAreMadeAheadAndDroppedAfterSevenDays() throws Exception {
    tables.rows("select ops.maintain_hops('2031-05-01')");
    tables.rows("select ops.maintain_hops('2031-05-09')");

    List<String> days =
        tables.rows(
            "select c.relname from pg_class c where c.relname like 'hop\\_2031%' and c.relkind = 'r' order by 1");
    assertThat(days).startsWith("hop_20310502").endsWith("hop_20310512").hasSize(7);
  }

  private void take(List<ConsumerRecord<byte[], byte[]>> batch) {
    Instant began = Instant.now();
    hops.applied(batch, transaction.apply(batch), began, Duration.between(began, Instant.now()));
  }

  private static List<Hop> some(int count) {
    List<Hop> some = new ArrayList<>();
    Instant now = Instant.now();
    for (int i = 0; i < count; i++) {
      some.add(
          Hop.command(now, now, "c", "core", Hop.Outcome.REFUSED, "request-" + i, "Call", "WHY"));
    }
    return some;
  }

  private static void append(Connection connection, List<Message> messages) throws SQLException {
    for (Message message : messages) {
      if (message.stream().key().equals("bad")) {
        throw new IllegalStateException("cannot apply");
      }
    }
    ProbeTables.append(connection, messages);
  }
}
