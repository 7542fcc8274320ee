package org.accrual.core;

import static org.accrual.core.Client.enroll;
import static org.accrual.core.Client.info;
import static org.accrual.core.Client.metadata;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.longrunning.CancelOperationRequest;
import com.google.longrunning.Operation;
import io.grpc.StatusRuntimeException;
import java.nio.ByteBuffer;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.accrual.api.enrollment.v1.ScreenPatientRequest;
import org.accrual.event.capacity.SlotReserved;
import org.accrual.event.randomization.Randomized;
import org.accrual.event.supply.KitAllocated;
import org.accrual.event.supply.KitsHeld;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;

/** A run that two sides move at the same time goes one way only, whichever side is first. */
class SagaRacesIT {
  private static final Race CANCEL_OR_CONFIRM = new Race("cancel or confirm");
  private static final Race REPETITION_OR_ANSWER = new Race("repetition or answer");

  /** Before the answer is kept, which is the last that EnrollPatient writes. */
  private static final String WAIT_AT_THE_GATE =
      """
      create function public.wait_at_the_gate() returns trigger language plpgsql as $$
      begin
        perform pg_advisory_xact_lock_shared(42);
        return new;
      end $$;
      create trigger wait_at_the_gate before insert on enrollment.request
        for each row execute function public.wait_at_the_gate()
      """;

  private static RunningCore core;
  private static Client client;
  private static StoredFixtures stored;

  @BeforeAll
  static void start() {
    core = RunningCore.start();
    client = new Client(core.channel());
    stored = new StoredFixtures(core.jdbcUrl());
  }

  @AfterAll
  static void stop() {
    core.close();
    System.out.println(CANCEL_OR_CONFIRM + ", " + REPETITION_OR_ANSWER);
    CANCEL_OR_CONFIRM.assertBothWon();
    REPETITION_OR_ANSWER.assertBothWon();
  }

  /** Makes the reads by which a side of a race starts later. */
  private static void workBeforeTheStart(Race race, int side) {
    for (int i = 0; i < race.rounds(side); i++) {
      stored.count("select count(*) from enrollment.saga");
    }
  }

  private static Operation beforeItsLastAnswer(String study, String patient) {
    Operation accepted = client.enrollments.enrollPatient(enroll(study, patient).build());
    String id = metadata(accepted).getEnrollmentId();
    core.sagas()
        .answer(
            new SlotReserved(id, study, "V1", 1),
            new KitsHeld(id, study, "V1", 1),
            new Randomized(
                id, study, "V1", 1, "a-1", "V1-0001", "00", ByteBuffer.wrap(new byte[] {1})));
    return accepted;
  }

  private static void confirm(String study, Operation operation) {
    core.sagas()
        .answer(new KitAllocated(metadata(operation).getEnrollmentId(), study, "V1", 1, "K1"));
  }

  private static String cancel(Operation operation) {
    try {
      client.operations.cancelOperation(
          CancelOperationRequest.newBuilder().setName(operation.getName()).build());
      return "CANCELLED";
    } catch (StatusRuntimeException e) {
      return info(e).getReason();
    }
  }

  private static long events(Operation operation, String type) {
    return stored.count(
        "select count(*) from enrollment.event where stream_id = ? and type = ?",
        metadata(operation).getEnrollmentId(),
        "accrual.enrollment." + type + ".v1");
  }

  @RepeatedTest(20)
  void cancelAgainstConfirm() {
    String study = client.openStudy(5);
    Operation operation = beforeItsLastAnswer(study, "P1");
    List<String> said =
        Together.run(
            2,
            i -> {
              workBeforeTheStart(CANCEL_OR_CONFIRM, i);
              if (i == 0) {
                return cancel(operation);
              }
              confirm(study, operation);
              return "";
            });
    Operation ended = core.settled(operation);
    assertThat(ended.getDone()).isTrue();
    if (said.getFirst().equals("CANCELLED")) {
      assertThat(info(ended.getError()).getReason()).isEqualTo("CANCELLED");
      assertThat(events(operation, "confirmed")).isZero();
      assertThat(events(operation, "compensation-started")).isEqualTo(1);
      CANCEL_OR_CONFIRM.won(0);
    } else {
      assertThat(said.getFirst()).isEqualTo("OPERATION_DONE");
      assertThat(ended.hasResponse()).isTrue();
      assertThat(events(operation, "compensation-started")).isZero();
      CANCEL_OR_CONFIRM.won(1);
    }
  }

  @RepeatedTest(20)
  void repetitionAgainstAnswer() {
    String study = client.openStudy(5);
    Operation operation = beforeItsLastAnswer(study, "P1");
    try (SagaDriver other = new SagaDriver(core.jdbcUrl())) {
      other.later(study, SagaDriver.TIMING.stepDeadline());
      Together.run(
          2,
          i -> {
            workBeforeTheStart(REPETITION_OR_ANSWER, i);
            if (i == 0) {
              other.sweep();
            } else {
              confirm(study, operation);
            }
            return true;
          });
    }
    REPETITION_OR_ANSWER.won(sent(study, "randomization.randomize") == 2 ? 0 : 1);
    assertThat(core.settled(operation).hasResponse()).isTrue();
    assertThat(events(operation, "confirmed")).isEqualTo(1);
  }

  private static long sent(String study, String type) {
    return stored.count(
        "select count(*) from outbox.message where type = ? and aggregateid = ?",
        "accrual." + type + ".v1",
        study + "/V1");
  }

  @Test
  void manyProcessesRepeatACommandOnce() {
    String study = client.openStudy(50);
    for (int i = 0; i < 30; i++) {
      client.enrollments.enrollPatient(enroll(study, "P" + i).build());
    }
    core.sagas().later(study, SagaDriver.TIMING.stepDeadline());
    Together.run(
        4,
        _ -> {
          try (SagaDriver process = new SagaDriver(core.jdbcUrl())) {
            process.sweep();
          }
          return true;
        });
    core.sagas().sweep();
    assertThat(sent(study, "capacity.reserve-slot")).isEqualTo(60);
    core.participants().settle();
  }

  /**
   * PostgreSQL streams a transaction once its commit is on disk, which is before others see it:
   * under load an answer may be there before the run that waits for it is visible.
   */
  @Test
  @DisplayName("An answer that arrives before its request is visible waits for it")
  void anAnswerWaitsForARequestThatIsNotVisibleYet() throws Exception {
    String study = client.openStudy(5);
    String id = screened(study);
    try (var threads = Executors.newVirtualThreadPerTaskExecutor();
        Connection gate = connection();
        Statement statement = gate.createStatement()) {
      statement.execute(WAIT_AT_THE_GATE);
      gate.setAutoCommit(false);
      statement.execute("select pg_advisory_xact_lock(42)");
      Future<Operation> request =
          threads.submit(() -> client.enrollments.enrollPatient(enroll(study, "P1").build()));
      awaitBlocked(1);
      Future<?> answer =
          threads.submit(() -> core.sagas().answer(new SlotReserved(id, study, "V1", 1)));
      awaitBlocked(2);
      gate.commit();

      answer.get(10, TimeUnit.SECONDS);
      assertThat(sent(study, "capacity.release-slot")).isZero();
      assertThat(sent(study, "supply.hold-kits")).isEqualTo(1);
      assertThat(core.settled(request.get(10, TimeUnit.SECONDS)).hasResponse()).isTrue();
    } finally {
      try (Connection connection = connection();
          Statement statement = connection.createStatement()) {
        statement.execute("drop function if exists public.wait_at_the_gate() cascade");
      }
    }
  }

  private static String screened(String study) {
    return client
        .enrollments
        .screenPatient(
            ScreenPatientRequest.newBuilder()
                .setRequestId(Client.requestId())
                .setStudyId(study)
                .setSiteId("V1")
                .setPatientId("P1")
                .setScreenedBy("dr-a")
                .build())
        .getEnrollment()
        .getEnrollmentId();
  }

  private static Connection connection() throws SQLException {
    return DriverManager.getConnection(core.jdbcUrl(), "postgres", "");
  }

  private static void awaitBlocked(int statements) {
    Awaitility.await()
        .until(
            () ->
                stored.count(
                    """
                    select count(*) from pg_stat_activity
                     where datname = current_database() and wait_event_type = 'Lock'
                    """),
            waiting -> waiting == statements);
  }

  @Test
  void aRunThatAnotherHoldsIsLeftToIt() throws Exception {
    String study = client.openStudy(5);
    Operation operation = beforeItsLastAnswer(study, "P1");
    try (Connection other = DriverManager.getConnection(core.jdbcUrl(), "postgres", "");
        Statement statement = other.createStatement();
        SagaDriver process = new SagaDriver(core.jdbcUrl())) {
      process.later(study, SagaDriver.TIMING.stepDeadline());
      other.setAutoCommit(false);
      statement.execute(
          "select 1 from enrollment.saga where enrollment_id = '%s' for update"
              .formatted(metadata(operation).getEnrollmentId()));
      process.sweep();
      assertThat(sent(study, "randomization.randomize")).isEqualTo(1);
      other.rollback();
      process.sweep();
      assertThat(sent(study, "randomization.randomize")).isEqualTo(2);
    }
    core.settled(operation);
  }
}
