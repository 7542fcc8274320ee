package org.accrual.core;

import static org.accrual.core.Client.enroll;
import static org.accrual.core.Client.info;
import static org.accrual.core.Client.metadata;
import static org.accrual.core.Client.requestId;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.longrunning.Operation;
import io.grpc.StatusRuntimeException;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.accrual.api.enrollment.v1.CorrectEligibilityRequest;
import org.accrual.api.enrollment.v1.Eligibility;
import org.accrual.api.enrollment.v1.EnrollmentStage;
import org.accrual.api.enrollment.v1.RecordConsentRequest;
import org.accrual.api.enrollment.v1.RecordEligibilityRequest;
import org.accrual.api.enrollment.v1.ReverseWithdrawalRequest;
import org.accrual.api.enrollment.v1.ScreenPatientRequest;
import org.accrual.api.enrollment.v1.WithdrawPatientRequest;
import org.accrual.api.study.v1.CloseStudyToAccrualRequest;
import org.accrual.api.study.v1.CompleteStudyRequest;
import org.accrual.api.study.v1.SuspendAccrualRequest;
import org.accrual.api.study.v1.SuspendAccrualResponse;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;

/** Rules that span streams hold whichever of several concurrent calls is first. */
class RacesIT {
  private static final String WAIT_AT_THE_GATE =
      """
      create function public.wait_at_the_gate() returns trigger language plpgsql as $$
      begin
        perform pg_advisory_xact_lock_shared(42);
        return new;
      end $$;
      create trigger wait_at_the_gate before insert or update on enrollment.attempt
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
  }

  private static String outcome(Supplier<Operation> call) {
    try {
      EnrollmentStage stage = metadata(call.get()).getStage();
      return stage.name().replace("ENROLLMENT_STAGE_", "");
    } catch (StatusRuntimeException e) {
      return info(e).getReason();
    }
  }

  private static Map<String, Long> counted(List<String> outcomes) {
    return outcomes.stream()
        .collect(Collectors.groupingBy(Function.identity(), Collectors.counting()));
  }

  @RepeatedTest(5)
  void eightAtOnceForFiveSlots() {
    String study = client.openStudy(5);
    List<Operation> accepted =
        Together.run(8, i -> client.enrollments.enrollPatient(enroll(study, "P" + i).build()));
    List<String> outcomes =
        accepted.stream().map(operation -> outcome(() -> core.settled(operation))).toList();
    assertThat(counted(outcomes)).isEqualTo(Map.of("CONFIRMED", 5L, "REJECTED", 3L));
    assertThat(core.participants().slotsTaken(study, "V1")).isEqualTo(5);
    assertThat(
            stored.count(
                """
                select count(*) from enrollment.event e join enrollment.attempt a
                    on e.stream_id = a.enrollment_id::text
                 where a.study_id = ? and e.type = 'accrual.enrollment.confirmed.v1'
                """,
                study))
        .isEqualTo(5);
  }

  @RepeatedTest(3)
  void eightAtOnceForThreeKitsOfEachArm() {
    String study = client.openStudy(5);
    core.participants().receiveKits(study, "V1", 3);
    List<Operation> accepted =
        Together.run(8, i -> client.enrollments.enrollPatient(enroll(study, "P" + i).build()));
    List<String> outcomes =
        accepted.stream()
            .map(core::settled)
            .map(o -> o.hasError() ? info(o.getError()).getReason() : "CONFIRMED")
            .toList();
    assertThat(counted(outcomes))
        .isEqualTo(Map.of("CONFIRMED", 3L, "KITS_EXHAUSTED", 2L, "SITE_CAPACITY_EXHAUSTED", 3L));
    assertThat(core.participants().slotsTaken(study, "V1")).isEqualTo(3);
    assertThat(core.participants().kitsTaken(study, "V1")).isEqualTo(3);
  }

  @RepeatedTest(5)
  void onePatientManyTimesAtOnceIsEnrolledOnce() {
    String study = client.openStudy(20);
    List<String> outcomes =
        Together.run(
            8, _ -> outcome(() -> client.enrollments.enrollPatient(enroll(study, "P1").build())));
    assertThat(counted(outcomes)).isEqualTo(Map.of("ACCEPTED", 1L, "PATIENT_ALREADY_ENROLLED", 7L));
    assertThat(attempts(study)).isEqualTo(1);
  }

  @Test
  void withdrawnManyTimesAtOnceGivesOneSlotBack() {
    String study = client.openStudy(2);
    String id =
        metadata(client.enrollments.enrollPatient(enroll(study, "P1").build())).getEnrollmentId();
    client.enrollments.enrollPatient(enroll(study, "P2").build());
    core.participants().settle();
    List<String> outcomes =
        Together.run(
            8,
            _ -> {
              try {
                return client
                    .enrollments
                    .withdrawPatient(
                        WithdrawPatientRequest.newBuilder()
                            .setRequestId(requestId())
                            .setEnrollmentId(id)
                            .setReason("moved")
                            .setWithdrawnBy("dr-a")
                            .build())
                    .getEnrollment()
                    .getState()
                    .name();
              } catch (StatusRuntimeException e) {
                return info(e).getReason();
              }
            });
    assertThat(counted(outcomes))
        .isEqualTo(
            Map.of("ENROLLMENT_STATE_OFF_STUDY", 1L, "ENROLLMENT_TRANSITION_NOT_ALLOWED", 7L));
    core.participants().settle();
    assertThat(core.participants().slotsTaken(study, "V1")).isEqualTo(1);
    assertThat(
            stored.count("select count(*) from enrollment.saga where enrollment_id = ?::uuid", id))
        .isZero();
  }

  @Test
  void aSuspensionWaitsForWhatIsBeingAccepted() throws Exception {
    String study = client.openStudy(5);
    try (Connection accepting = connection();
        var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      accepting.setAutoCommit(false);
      execute(accepting, "select enrollment.hold_study('%s', 2)".formatted(study));
      Future<?> suspension = threads.submit(() -> suspend(study));
      awaitBlocked();
      assertThat(suspension).isNotDone();
      accepting.commit();
      suspension.get(10, TimeUnit.SECONDS);
    }
    assertThat(state(study)).isEqualTo("temporarily-closed-to-accrual");
  }

  @Test
  void whatMeetsASuspensionUnderWayIsDecidedAnewAfterIt() throws Exception {
    String study = client.openStudy(5);
    try (Connection suspending = connection();
        var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      suspending.setAutoCommit(false);
      execute(
          suspending,
          """
          select enrollment.put_study_head(study_id, version + 1, 'temporarily-closed-to-accrual',
                                           title, arms, factors, target, now())
            from enrollment.study_head where study_id = '%s'\
          """
              .formatted(study));
      Future<String> enrollment =
          threads.submit(
              () -> outcome(() -> client.enrollments.enrollPatient(enroll(study, "P1").build())));
      awaitBlocked();
      assertThat(enrollment).isNotDone();
      suspending.commit();
      assertThat(enrollment.get(10, TimeUnit.SECONDS)).isEqualTo("STUDY_NOT_ACTIVE");
    }
    assertThat(attempts(study)).isZero();
  }

  /** A stream of enrollments without a gap must not keep a suspension waiting for ever. */
  @Test
  void anEnrollmentWaitsBehindASuspensionThatWaits() throws Exception {
    String study = client.openStudy(5);
    try (Connection first = connection();
        Connection second = connection();
        var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      String hold = "select enrollment.hold_study('%s', 2)".formatted(study);
      first.setAutoCommit(false);
      execute(first, hold);
      Future<?> suspension = threads.submit(() -> suspend(study));
      awaitBlocked(1);
      Future<?> enrollment =
          threads.submit(
              () -> {
                execute(second, hold);
                return true;
              });
      awaitBlocked(2);

      first.commit();

      suspension.get(10, TimeUnit.SECONDS);
      assertThatThrownBy(() -> enrollment.get(10, TimeUnit.SECONDS))
          .hasMessageContaining("has changed since it was read");
    }
  }

  /** Enrollments that wait in the midst of their transaction, and a suspension that comes then. */
  @Test
  void aSuspensionAnswersAfterTheEnrollmentsUnderWay() throws Exception {
    String study = client.openStudy(5);
    // The connection is closed first, so that no call waits at the gate when the threads are
    // joined.
    try (var threads = Executors.newVirtualThreadPerTaskExecutor();
        Connection gate = connection()) {
      execute(gate, WAIT_AT_THE_GATE);
      gate.setAutoCommit(false);
      execute(gate, "select pg_advisory_xact_lock(42)");
      List<Future<String>> enrollments = new ArrayList<>();
      for (int i = 0; i < 3; i++) {
        String patient = "P" + i;
        enrollments.add(
            threads.submit(
                () ->
                    outcome(
                        () -> client.enrollments.enrollPatient(enroll(study, patient).build()))));
      }
      awaitBlocked(3);
      Future<Long> suspension =
          threads.submit(
              () -> {
                suspend(study);
                return attempts(study);
              });
      awaitBlocked(4);
      gate.commit();

      long atAnswer = suspension.get(10, TimeUnit.SECONDS);
      for (Future<String> enrollment : enrollments) {
        assertThat(enrollment.get(10, TimeUnit.SECONDS)).isEqualTo("ACCEPTED");
      }
      assertThat(attempts(study)).isEqualTo(atAnswer).isEqualTo(3);
    } finally {
      try (Connection connection = connection()) {
        execute(connection, "drop function if exists public.wait_at_the_gate() cascade");
      }
    }
  }

  @Test
  void aStudyIsNotCompletedWhileAWithdrawalIsBeingReversed() throws Exception {
    String study = client.openStudy(5);
    String id = withdrawn(study);
    close(study);
    try (var threads = Executors.newVirtualThreadPerTaskExecutor();
        Connection gate = connection()) {
      execute(gate, WAIT_AT_THE_GATE);
      gate.setAutoCommit(false);
      execute(gate, "select pg_advisory_xact_lock(42)");
      Future<String> reversal = threads.submit(() -> reverse(id));
      awaitBlocked(1);
      Future<String> completion = threads.submit(() -> complete(study));
      awaitBlocked(2);
      gate.commit();

      assertThat(reversal.get(10, TimeUnit.SECONDS)).isEqualTo("DONE");
      assertThat(completion.get(10, TimeUnit.SECONDS)).isEqualTo("STUDY_HAS_LIVE_ENROLLMENTS");
    } finally {
      try (Connection connection = connection()) {
        execute(connection, "drop function if exists public.wait_at_the_gate() cascade");
      }
    }
    assertThat(state(study)).isEqualTo("closed-to-accrual");
  }

  @Test
  void aWithdrawalIsNotReversedInAStudyThatIsBeingCompleted() throws Exception {
    String study = client.openStudy(5);
    String withdrawn = withdrawn(study);
    String ineligible = ineligible(study);
    close(study);
    try (Connection completing = connection();
        var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      completing.setAutoCommit(false);
      execute(
          completing,
          """
          select enrollment.put_study_head(study_id, version + 1, 'completed',
                                           title, arms, factors, target, now())
            from enrollment.study_head where study_id = '%s'\
          """
              .formatted(study));
      Future<String> reversal = threads.submit(() -> reverse(withdrawn));
      Future<String> correction = threads.submit(() -> correct(ineligible));
      awaitBlocked(2);
      completing.commit();

      assertThat(reversal.get(10, TimeUnit.SECONDS)).isEqualTo("STUDY_COMPLETED");
      assertThat(correction.get(10, TimeUnit.SECONDS)).isEqualTo("STUDY_COMPLETED");
    }
  }

  @RepeatedTest(3)
  void aSuspensionAmongEnrollmentsLetsNoneInOnceItHasAnswered() throws Exception {
    String study = client.openStudy(1_000);
    CountDownLatch someAccepted = new CountDownLatch(5);
    AtomicLong atAnswer = new AtomicLong(-1);
    List<List<String>> outcomes =
        Together.run(
            8,
            i -> {
              if (i == 0) {
                await(someAccepted);
                suspend(study);
                atAnswer.set(attempts(study));
                return List.of();
              }
              List<String> own = new ArrayList<>();
              while (own.size() < 500 && (own.isEmpty() || own.getLast().equals("ACCEPTED"))) {
                String patient = "P" + i + "-" + own.size();
                own.add(
                    outcome(
                        () -> client.enrollments.enrollPatient(enroll(study, patient).build())));
                someAccepted.countDown();
              }
              return own;
            });
    assertThat(attempts(study)).as("attempts since the suspension").isEqualTo(atAnswer.get());
    List<String> all = outcomes.stream().flatMap(List::stream).toList();
    assertThat(counted(all)).isEqualTo(Map.of("ACCEPTED", atAnswer.get(), "STUDY_NOT_ACTIVE", 7L));
    core.participants().settle();
    assertThat(core.participants().slotsTaken(study, "V1"))
        .as("enrollments accepted before the suspension may end")
        .isEqualTo((int) atAnswer.get());
  }

  private static String withdrawn(String study) {
    String id = screened(study, "P1");
    client.enrollments.withdrawPatient(
        WithdrawPatientRequest.newBuilder()
            .setRequestId(requestId())
            .setEnrollmentId(id)
            .setReason("moved")
            .setWithdrawnBy("dr-a")
            .build());
    return id;
  }

  private static String ineligible(String study) {
    String id = screened(study, "P2");
    client.enrollments.recordConsent(
        RecordConsentRequest.newBuilder()
            .setRequestId(requestId())
            .setEnrollmentId(id)
            .setConsent(Client.consent())
            .setRecordedBy("dr-a")
            .build());
    client.enrollments.recordEligibility(
        RecordEligibilityRequest.newBuilder()
            .setRequestId(requestId())
            .setEnrollmentId(id)
            .setEligibility(Eligibility.newBuilder().setEligible(false).setCriteriaVersion("1"))
            .setAssessedBy("dr-a")
            .build());
    return id;
  }

  private static String screened(String study, String patient) {
    return client
        .enrollments
        .screenPatient(
            ScreenPatientRequest.newBuilder()
                .setRequestId(requestId())
                .setStudyId(study)
                .setSiteId("V1")
                .setPatientId(patient)
                .setScreenedBy("dr-a")
                .build())
        .getEnrollment()
        .getEnrollmentId();
  }

  private static void close(String study) {
    client.studies.closeStudyToAccrual(
        CloseStudyToAccrualRequest.newBuilder()
            .setRequestId(requestId())
            .setStudyId(study)
            .setReason("full")
            .build());
  }

  private static String complete(String study) {
    return reason(
        () ->
            client.studies.completeStudy(
                CompleteStudyRequest.newBuilder()
                    .setRequestId(requestId())
                    .setStudyId(study)
                    .build()));
  }

  private static String reverse(String enrollmentId) {
    return reason(
        () ->
            client.enrollments.reverseWithdrawal(
                ReverseWithdrawalRequest.newBuilder()
                    .setRequestId(requestId())
                    .setEnrollmentId(enrollmentId)
                    .setReason("a mistake")
                    .setReversedBy("dr-a")
                    .build()));
  }

  private static String correct(String enrollmentId) {
    return reason(
        () ->
            client.enrollments.correctEligibility(
                CorrectEligibilityRequest.newBuilder()
                    .setRequestId(requestId())
                    .setEnrollmentId(enrollmentId)
                    .setEligibility(Client.eligibility())
                    .setReason("a mistake")
                    .setCorrectedBy("dr-a")
                    .build()));
  }

  /** Returns DONE, or the reason of the refusal. */
  private static String reason(Runnable call) {
    try {
      call.run();
      return "DONE";
    } catch (StatusRuntimeException e) {
      return info(e).getReason();
    }
  }

  private static void await(CountDownLatch latch) {
    try {
      assertThat(latch.await(30, TimeUnit.SECONDS)).isTrue();
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  private static long attempts(String study) {
    return stored.count("select count(*) from enrollment.attempt where study_id = ?", study);
  }

  private static SuspendAccrualResponse suspend(String study) {
    return client.studies.suspendAccrual(
        SuspendAccrualRequest.newBuilder()
            .setRequestId(requestId())
            .setStudyId(study)
            .setReason("pause")
            .build());
  }

  private static String state(String study) {
    return stored
        .texts("select state from enrollment.study_head where study_id = ?", study)
        .getFirst();
  }

  /** Waits until a statement of the core waits for a lock in this test's database. */
  private static void awaitBlocked() {
    awaitBlocked(1);
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

  private static Connection connection() throws SQLException {
    return DriverManager.getConnection(core.jdbcUrl(), "postgres", "");
  }

  private static void execute(Connection connection, String sql) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      statement.execute(sql);
    }
  }
}
