package org.accrual.core;

import static org.accrual.core.Client.enroll;
import static org.accrual.core.Client.info;
import static org.accrual.core.Client.metadata;
import static org.accrual.core.Client.requestId;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.google.longrunning.Operation;
import io.grpc.Status.Code;
import io.grpc.StatusRuntimeException;
import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import org.accrual.api.enrollment.v1.EnrollPatientRequest;
import org.accrual.api.enrollment.v1.WithdrawPatientRequest;
import org.accrual.api.study.v1.ActivateStudyRequest;
import org.accrual.api.study.v1.RegisterStudyRequest;
import org.accrual.api.study.v1.SuspendAccrualRequest;
import org.accrual.core.eventstore.Database;
import org.accrual.core.eventstore.Retention;
import org.accrual.runtime.DatabaseSettings;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class IdempotencyIT {
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

  private static void assertRefused(ThrowingCallable call, Code code, String reason) {
    StatusRuntimeException e = catchThrowableOfType(StatusRuntimeException.class, call);
    assertThat(e.getStatus().getCode()).isEqualTo(code);
    assertThat(info(e).getReason()).isEqualTo(reason);
  }

  @Test
  void theFirstAnswerComesBackWhateverHappenedInBetween() {
    String study = client.openStudy(5);
    EnrollPatientRequest request = enroll(study, "P1").build();
    Operation first = client.enrollments.enrollPatient(request);
    assertThat(core.settled(first).hasResponse()).isTrue();
    client.enrollments.withdrawPatient(
        WithdrawPatientRequest.newBuilder()
            .setRequestId(requestId())
            .setEnrollmentId(metadata(first).getEnrollmentId())
            .setReason("moved")
            .setWithdrawnBy("dr-a")
            .build());
    StoredContent before = stored.everything();
    assertThat(client.enrollments.enrollPatient(request)).isEqualTo(first);
    assertThat(stored.everything()).isEqualTo(before);
  }

  @Test
  void theSameIdWithOtherContentIsRefused() {
    String study = client.openStudy(5);
    EnrollPatientRequest request = enroll(study, "P1").build();
    client.enrollments.enrollPatient(request);
    StoredContent before = stored.everything();
    assertRefused(
        () -> client.enrollments.enrollPatient(request.toBuilder().setPatientId("P2").build()),
        Code.ALREADY_EXISTS,
        "REQUEST_ID_REUSED");
    assertThat(stored.everything()).isEqualTo(before);
  }

  @Test
  void theSameIdIsAnotherRequestToAnotherMethod() {
    RegisterStudyRequest register = Client.study("S-methods").build();
    client.studies.registerStudy(register);
    var activated =
        client.studies.activateStudy(
            ActivateStudyRequest.newBuilder()
                .setRequestId(register.getRequestId())
                .setStudyId("S-methods")
                .build());
    assertThat(activated.getStudy().getVersion()).isEqualTo(2);
  }

  @Test
  @DisplayName("The same id of another caller is another request")
  void callersHaveTheirOwnIds() {
    RegisterStudyRequest register = Client.study("S-callers").build();
    client.studies.registerStudy(register);
    assertThat(
            stored.texts(
                "update enrollment.request set caller = 'other' where request_id = ?"
                    + " returning method",
                register.getRequestId()))
        .hasSize(1);

    assertRefused(
        () -> client.studies.registerStudy(register), Code.ALREADY_EXISTS, "STUDY_EXISTS");
    assertThat(
            client
                .studies
                .registerStudy(register.toBuilder().setStudyId("S-callers-2").build())
                .getStudy()
                .getVersion())
        .isEqualTo(1);
  }

  @Test
  void aRefusalIsNotKeptAndJudgedAnew() {
    RegisterStudyRequest register = Client.study("S-anew").build();
    client.studies.registerStudy(register);
    SuspendAccrualRequest suspend =
        SuspendAccrualRequest.newBuilder()
            .setRequestId(requestId())
            .setStudyId("S-anew")
            .setReason("pause")
            .build();
    assertRefused(
        () -> client.studies.suspendAccrual(suspend),
        Code.FAILED_PRECONDITION,
        "STUDY_TRANSITION_NOT_ALLOWED");
    client.studies.activateStudy(
        ActivateStudyRequest.newBuilder().setRequestId(requestId()).setStudyId("S-anew").build());
    assertThat(client.studies.suspendAccrual(suspend).getStudy().getVersion()).isEqualTo(3);
  }

  @Test
  void anAnswerIsKeptAsLongAsItsOperationRuns() {
    String study = client.openStudy(5);
    EnrollPatientRequest request = enroll(study, "P1").build();
    Operation accepted = client.enrollments.enrollPatient(request);
    try (Database database =
        new Database(
            new DatabaseSettings(core.jdbcUrl(), "postgres", ""),
            1,
            Duration.ofSeconds(5),
            Duration.ofSeconds(5))) {
      Retention retention = new Retention(database);
      Instant expired = Instant.now().plus(Duration.ofDays(31));
      retention.deleteExpired(expired, () -> {});
      assertThat(client.enrollments.enrollPatient(request)).isEqualTo(accepted);

      core.settled(accepted);
      retention.deleteExpired(expired, () -> {});
    }
    // Decided again, as a new request.
    assertRefused(
        () -> client.enrollments.enrollPatient(request),
        Code.ALREADY_EXISTS,
        "PATIENT_ALREADY_ENROLLED");
  }

  @Test
  void duplicatesAtTheSameTimeAreOneEnrollment() {
    String study = client.openStudy(5);
    EnrollPatientRequest request = enroll(study, "P1").build();
    List<Operation> answers = Together.run(8, _ -> client.enrollments.enrollPatient(request));
    assertThat(new HashSet<>(answers)).hasSize(1);
    assertThat(
            stored.count(
                "select count(*) from enrollment.event where stream_id = ?",
                metadata(answers.getFirst()).getEnrollmentId()))
        .isEqualTo(4);
    assertThat(stored.count("select count(*) from enrollment.operation where study_id = ?", study))
        .isEqualTo(1);
  }
}
