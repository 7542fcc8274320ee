package org.accrual.core;

import static org.accrual.core.Client.enroll;
import static org.accrual.core.Client.info;
import static org.accrual.core.Client.metadata;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.google.longrunning.CancelOperationRequest;
import com.google.longrunning.GetOperationRequest;
import com.google.longrunning.ListOperationsRequest;
import com.google.longrunning.ListOperationsResponse;
import com.google.longrunning.Operation;
import com.google.longrunning.WaitOperationRequest;
import com.google.protobuf.Duration;
import io.grpc.Status.Code;
import io.grpc.StatusRuntimeException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.accrual.api.enrollment.v1.EnrollmentStage;
import org.accrual.core.eventstore.Database;
import org.accrual.core.eventstore.Retention;
import org.accrual.runtime.DatabaseSettings;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class OperationsIT {
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

  private static Operation get(String name) {
    return client.operations.getOperation(GetOperationRequest.newBuilder().setName(name).build());
  }

  private static List<Operation> list(String filter, int pageSize) {
    List<Operation> found = new ArrayList<>();
    String token = "";
    do {
      ListOperationsResponse page =
          client.operations.listOperations(
              ListOperationsRequest.newBuilder()
                  .setName("operations")
                  .setFilter(filter)
                  .setPageSize(pageSize)
                  .setPageToken(token)
                  .build());
      found.addAll(page.getOperationsList());
      token = page.getNextPageToken();
    } while (!token.isEmpty());
    return found;
  }

  private static Operation waited(String name, Duration timeout) {
    return client.operations.waitOperation(
        WaitOperationRequest.newBuilder().setName(name).setTimeout(timeout).build());
  }

  @Test
  void oneThatIsDoneIsNotWaitedFor() {
    String study = client.openStudy(1);
    for (String patient : List.of("P1", "P2")) {
      Operation accepted = client.enrollments.enrollPatient(enroll(study, patient).build());
      assertThat(get(accepted.getName())).isEqualTo(accepted);
      Operation done = core.settled(accepted);
      assertThat(done.getDone()).isTrue();
      assertThat(waited(accepted.getName(), Duration.getDefaultInstance())).isEqualTo(done);
    }
  }

  @Test
  void whoWaitsIsAnsweredWhenItIsDone() throws Exception {
    String study = client.openStudy(1);
    Operation accepted = client.enrollments.enrollPatient(enroll(study, "P1").build());
    try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Future<Operation>> waiting = new ArrayList<>();
      for (int i = 0; i < 3; i++) {
        waiting.add(
            threads.submit(() -> waited(accepted.getName(), Duration.getDefaultInstance())));
      }
      Operation done = core.settled(accepted);
      for (Future<Operation> one : waiting) {
        assertThat(one.get(10, TimeUnit.SECONDS)).isEqualTo(done);
      }
    }
  }

  @Test
  void whoDoesNotWaitLongEnoughIsAnsweredHowFarItIs() {
    String study = client.openStudy(1);
    Operation accepted = client.enrollments.enrollPatient(enroll(study, "P1").build());
    Duration shortly = Duration.newBuilder().setNanos(200_000_000).build();
    assertThat(waited(accepted.getName(), shortly)).isEqualTo(accepted);
    assertThat(
            client
                .operations
                .withDeadlineAfter(1, TimeUnit.SECONDS)
                .waitOperation(
                    WaitOperationRequest.newBuilder().setName(accepted.getName()).build()))
        .isEqualTo(accepted);
    StatusRuntimeException error =
        catchThrowableOfType(
            StatusRuntimeException.class,
            () -> waited(accepted.getName(), Duration.newBuilder().setSeconds(-1).build()));
    assertThat(error.getStatus().getCode()).isEqualTo(Code.INVALID_ARGUMENT);
  }

  @Test
  void cancellingGivesBackWhatWasTakenAndRejects() {
    String study = client.openStudy(1);
    Operation accepted = client.enrollments.enrollPatient(enroll(study, "P1").build());
    CancelOperationRequest cancel =
        CancelOperationRequest.newBuilder().setName(accepted.getName()).build();
    client.operations.cancelOperation(cancel);
    Operation compensating = get(accepted.getName());
    assertThat(compensating.getDone()).isFalse();
    assertThat(metadata(compensating).getStage())
        .isEqualTo(EnrollmentStage.ENROLLMENT_STAGE_COMPENSATING);
    assertThat(metadata(compensating).getReason()).isEqualTo("CANCELLED");

    StoredContent before = stored.everything();
    client.operations.cancelOperation(cancel);
    assertThat(stored.everything()).as("cancelled once").isEqualTo(before);

    Operation rejected = core.settled(accepted);
    assertThat(rejected.getError().getCode()).isEqualTo(Code.CANCELLED.value());
    assertThat(info(rejected.getError()).getReason()).isEqualTo("CANCELLED");
    assertThat(info(rejected.getError()).getMetadataMap()).containsEntry("retryable", "false");
    assertThat(core.participants().slotsTaken(study, "V1")).isZero();
    Operation again = core.settled(client.enrollments.enrollPatient(enroll(study, "P1").build()));
    assertThat(again.hasResponse()).as("eligible again").isTrue();
  }

  @Test
  void aLaterWithdrawalDoesNotChangeWhatTheOperationAnswers() {
    String study = client.openStudy(1);
    Operation answered =
        core.settled(client.enrollments.enrollPatient(enroll(study, "P1").build()));
    client.enrollments.withdrawPatient(
        org.accrual.api.enrollment.v1.WithdrawPatientRequest.newBuilder()
            .setRequestId(Client.requestId())
            .setEnrollmentId(metadata(answered).getEnrollmentId())
            .setReason("moved")
            .setWithdrawnBy("dr-a")
            .build());
    assertThat(get(answered.getName())).isEqualTo(answered);
  }

  @ParameterizedTest
  @ValueSource(strings = {"P1", "P2"})
  void cancellingADoneOneChangesNothingAndSaysSo(String patient) {
    String study = client.openStudy(1);
    core.settled(client.enrollments.enrollPatient(enroll(study, "P1").build()));
    Operation operation = list("metadata.study_id = \"%s\"".formatted(study), 50).getFirst();
    if (patient.equals("P2")) {
      operation = core.settled(client.enrollments.enrollPatient(enroll(study, "P2").build()));
    }
    String name = operation.getName();
    StoredContent before = stored.everything();
    StatusRuntimeException error =
        catchThrowableOfType(
            StatusRuntimeException.class,
            () ->
                client.operations.cancelOperation(
                    CancelOperationRequest.newBuilder().setName(name).build()));
    assertThat(error.getStatus().getCode()).isEqualTo(Code.FAILED_PRECONDITION);
    assertThat(info(error).getReason()).isEqualTo("OPERATION_DONE");
    assertThat(stored.everything()).isEqualTo(before);
    assertThat(get(name)).isEqualTo(operation);
  }

  @Test
  void listedNewestFirstInPagesByFilter() {
    String study = client.openStudy(2);
    List<String> names = new ArrayList<>();
    for (int i = 0; i < 5; i++) {
      names.addFirst(client.enrollments.enrollPatient(enroll(study, "P" + i).build()).getName());
    }
    assertThat(list("metadata.study_id = \"%s\" AND done = false".formatted(study), 50)).hasSize(5);
    core.participants().settle();
    String ofStudy = "metadata.study_id = \"%s\"".formatted(study);
    assertThat(list(ofStudy, 2)).extracting(Operation::getName).containsExactlyElementsOf(names);
    assertThat(list(ofStudy + " AND metadata.stage = \"rejected\"", 50)).hasSize(3);
    assertThat(list(ofStudy + " AND metadata.stage=ENROLLMENT_STAGE_CONFIRMED", 50)).hasSize(2);
    assertThat(list(ofStudy + " AND metadata.patient_id = P3 AND done = true", 50))
        .extracting(Operation::getName)
        .containsExactly(names.get(1));
    assertThat(list(ofStudy + " AND done = false", 50)).isEmpty();
    String enrollment = metadata(get(names.getFirst())).getEnrollmentId();
    assertThat(list("metadata.enrollment_id = \"%s\"".formatted(enrollment), 50)).hasSize(1);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "done",
        "done = perhaps",
        "metadata.stage = \"nowhere\"",
        "metadata.enrollment_id = 7",
        "metadata.patient_id = P1",
        "metadata.site_id = V1 AND done = false",
        "colour = red",
        "done = true done = false",
        "done = true AND done = true",
        "metadata.study_id = \"a\" OR done = true"
      })
  void aFilterThatIsNotUnderstoodIsRefused(String filter) {
    StatusRuntimeException error =
        catchThrowableOfType(StatusRuntimeException.class, () -> list(filter, 50));
    assertThat(error.getStatus().getCode()).isEqualTo(Code.INVALID_ARGUMENT);
    assertThat(info(error).getReason()).isEqualTo("INVALID_ARGUMENT");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "operations/", "operations/7", "7"})
  void anUnknownNameIsNotFound(String name) {
    assertNotFound(name);
    assertNotFound("operations/" + UUID.randomUUID());
  }

  private static void assertNotFound(String name) {
    StatusRuntimeException error =
        catchThrowableOfType(StatusRuntimeException.class, () -> get(name));
    assertThat(error.getStatus().getCode()).isEqualTo(Code.NOT_FOUND);
    assertThat(info(error).getReason()).isEqualTo("OPERATION_NOT_FOUND");
  }

  @Test
  void expiredRowsAreDeletedInBatches() {
    try (Database database =
        new Database(
            new DatabaseSettings(RunningCore.migratedDatabase(), "postgres", ""),
            1,
            java.time.Duration.ofSeconds(5),
            java.time.Duration.ofSeconds(5))) {
      assertThat(new Retention(database).deleteExpired(Instant.now(), () -> {}))
          .isEqualTo(new Retention.Deleted(0, 0));
    }
    String study = client.openStudy(2);
    Operation operation =
        core.settled(client.enrollments.enrollPatient(enroll(study, "P1").build()));
    core.participants().settle();
    try (Database database =
        new Database(
            new DatabaseSettings(core.jdbcUrl(), "postgres", ""),
            1,
            java.time.Duration.ofSeconds(5),
            java.time.Duration.ofSeconds(5))) {
      AtomicInteger batches = new AtomicInteger();
      Retention retention = new Retention(database, 1);
      Instant kept = Instant.now().plus(java.time.Duration.ofDays(30)).minusSeconds(60);
      assertThat(retention.deleteExpired(kept, () -> {})).isEqualTo(new Retention.Deleted(0, 0));
      assertThat(get(operation.getName())).isEqualTo(operation);
      long requests = stored.count("select count(*) from enrollment.request");
      long operations = stored.count("select count(*) from enrollment.operation where done");
      long running =
          stored.count(
              """
              select count(*) from enrollment.request r join enrollment.operation o
               using (operation_id) where not o.done
              """);
      assertThat(retention.deleteExpired(kept.plusSeconds(120), batches::incrementAndGet))
          .isEqualTo(new Retention.Deleted((int) (requests - running), (int) operations));
      assertThat(batches).hasValueGreaterThan((int) (requests - running + operations));
    }
    assertNotFound(operation.getName());
  }
}
