package org.accrual.systemtests;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.awaitility.Awaitility.await;

import com.google.longrunning.Operation;
import com.google.protobuf.Any;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import com.google.rpc.ErrorInfo;
import com.google.rpc.RetryInfo;
import io.grpc.Status.Code;
import io.grpc.StatusRuntimeException;
import io.grpc.protobuf.StatusProto;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.accrual.api.enrollment.v1.EnrollPatientMetadata;
import org.accrual.api.enrollment.v1.EnrollPatientRequest;
import org.accrual.api.enrollment.v1.ScreenPatientRequest;
import org.accrual.api.enrollment.v1.ScreenPatientResponse;
import org.accrual.api.query.v1.GetEnrollmentRequest;
import org.accrual.local.Stack;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** What a client sees that does not try again, while a part is away; and that all goes on after. */
class OutageIT {
  private static final Duration LIMIT = Duration.ofSeconds(90);
  private static final int PATIENTS = 20;
  private static final Duration LONGER_THAN_THE_DEADLINE = Duration.ofSeconds(2);

  private final TestStack stack = TestStack.shared();
  private final SiteClient client = stack.client();
  private final String study =
      "OUT-" + Long.toString(System.nanoTime(), 36).toUpperCase(Locale.ROOT);

  @BeforeEach
  void aStudyWithASite() {
    client.openSite(study, "S1", PATIENTS);
  }

  @AfterEach
  void everythingRunsAgain() throws Exception {
    client.close();
    List<String> parts = new ArrayList<>(List.of(Stack.POSTGRESQL, Stack.KAFKA, Stack.REGISTRY));
    parts.addAll(List.of(Stack.CORE, Stack.RELAY, Stack.CONSUMERS));
    for (String part : parts) {
      stack.awaitRunning(part);
    }
  }

  @Test
  @DisplayName("While enrollment-core is away a command is UNAVAILABLE, and its repetition is done")
  void aCommandIsUnavailableWhileTheCoreIsAway() throws Exception {
    ScreenPatientRequest request = screening(1);
    stack.kill(Stack.CORE);

    StatusRuntimeException away = failure(() -> screen(request));

    assertThat(away.getStatus().getCode()).as(away.toString()).isEqualTo(Code.UNAVAILABLE);
    stack.awaitRunning(Stack.CORE);
    awaitProjected(List.of(SiteClient.untilAnswered(() -> screen(request))));
  }

  @Test
  @DisplayName("While the consumers are away a query is UNAVAILABLE, and later answers the latest")
  void aQueryIsUnavailableWhileTheConsumersAreAway() throws Exception {
    stack.kill(Stack.CONSUMERS);

    ScreenPatientResponse screened = screen(screening(1));
    StatusRuntimeException away = failure(() -> queried(screened));

    assertThat(away.getStatus().getCode()).as(away.toString()).isEqualTo(Code.UNAVAILABLE);
    stack.awaitRunning(Stack.CONSUMERS);
    awaitProjected(List.of(screened));
  }

  @Test
  @DisplayName("While PostgreSQL is away commands and queries say DATABASE_UNAVAILABLE")
  void commandsAndQueriesSaySoWhileTheDatabaseIsAway() throws Exception {
    ScreenPatientResponse screened = screen(screening(1));
    awaitProjected(List.of(screened));
    stack.kill(Stack.POSTGRESQL);

    awaitDatabaseUnavailable(() -> screen(screening(2)));
    awaitDatabaseUnavailable(() -> queried(screened));

    stack.awaitRunning(Stack.POSTGRESQL);
    awaitProjected(List.of(SiteClient.untilAnswered(() -> screen(screening(3)))));
  }

  @Test
  @DisplayName("While Kafka is away commands are accepted, and their events arrive after")
  void commandsGoOnWhileKafkaIsAway() throws Exception {
    stack.kill(Stack.KAFKA);

    List<ScreenPatientResponse> screened = new ArrayList<>();
    for (int i = 0; i < PATIENTS; i++) {
      screened.add(screen(screening(i)));
    }

    assertThat(stack.runs(Stack.KAFKA)).as("Kafka is away all the while").isFalse();
    awaitProjected(screened);
    assertThat(new Books(stack.evidence()).wrongOnTopics(study)).isEmpty();
  }

  @Test
  @DisplayName("Outages longer than every deadline delay enrollments and reject none")
  void outagesDelayEnrollmentsAndRejectNone() throws Exception {
    try (TestStack own =
            TestStack.started(
                settings ->
                    settings.withOptions(
                        Stack.CORE,
                        "-Daccrual.saga.step-deadline=1s",
                        "-Daccrual.saga.longest-pause=1s"));
        SiteClient site = own.client()) {
      site.openSite(study, "S1", 100);
      List<EnrollPatientRequest> accepted = new ArrayList<>();
      for (String part : List.of(Stack.RELAY, Stack.KAFKA, Stack.CONSUMERS)) {
        accept(site, accepted);
        long pid = own.stop(part);
        try {
          awaitDelayed(site, accept(site, accepted));
        } finally {
          TestStack.goOn(pid);
        }
      }
      accept(site, accepted);
      own.silence(Stack.CORE, LONGER_THAN_THE_DEADLINE);
      accept(site, accepted);
      for (String part : List.of(Stack.KAFKA, Stack.RELAY, Stack.CONSUMERS)) {
        own.kill(part);
      }
      accept(site, accepted);

      for (EnrollPatientRequest request : accepted) {
        Operation ended = site.enrolled(request);
        assertThat(ended.hasResponse()).as(ended.toString()).isTrue();
      }
      await().atMost(LIMIT).untilAsserted(() -> own.balance().check(study, accepted.size()));
    }
  }

  /** Enrolls ten further patients; returns the names of the operations. */
  private List<String> accept(SiteClient site, List<EnrollPatientRequest> accepted) {
    List<String> operations = new ArrayList<>();
    for (int i = 0; i < 10; i++) {
      EnrollPatientRequest request = SiteClient.enroll(study, "S1", "P-" + accepted.size());
      accepted.add(request);
      operations.add(
          SiteClient.untilAnswered(() -> site.enrollments().enrollPatient(request)).getName());
    }
    return operations;
  }

  /** Waits until each of the operations should have reached a stage for a whole pause. */
  private static void awaitDelayed(SiteClient site, List<String> operations) {
    for (String name : operations) {
      await()
          .atMost(LIMIT)
          .until(() -> SiteClient.metadata(site.operation(name)), OutageIT::isDelayedForLong);
    }
  }

  private static boolean isDelayedForLong(EnrollPatientMetadata operation) {
    Instant since = Instant.ofEpochSecond(operation.getDelayedSince().getSeconds());
    return operation.getDelayed() && since.plus(LONGER_THAN_THE_DEADLINE).isBefore(Instant.now());
  }

  private ScreenPatientRequest screening(int patient) {
    return ScreenPatientRequest.newBuilder()
        .setRequestId("screen-%s-%d".formatted(study, patient))
        .setStudyId(study)
        .setSiteId("S1")
        .setPatientId("P-" + patient)
        .setScreenedBy("investigator-1")
        .build();
  }

  private ScreenPatientResponse screen(ScreenPatientRequest request) {
    return client.enrollments().screenPatient(request);
  }

  private Object queried(ScreenPatientResponse screened) {
    return client
        .queries()
        .withDeadlineAfter(5, TimeUnit.SECONDS)
        .getEnrollment(
            GetEnrollmentRequest.newBuilder()
                .setEnrollmentId(screened.getEnrollment().getEnrollmentId())
                .setMinConsistencyToken(screened.getConsistencyToken())
                .build());
  }

  private void awaitProjected(List<ScreenPatientResponse> screened) {
    for (ScreenPatientResponse each : screened) {
      await()
          .atMost(LIMIT)
          .ignoreException(StatusRuntimeException.class)
          .until(() -> queried(each) != null);
    }
  }

  /** Every failure on the way says so, since a connection may still work for a moment. */
  private static void awaitDatabaseUnavailable(Runnable call) {
    await()
        .atMost(Duration.ofSeconds(20))
        .pollInterval(Duration.ofMillis(50))
        .until(
            () -> {
              StatusRuntimeException e = failureOf(call);
              if (e == null) {
                return false;
              }
              assertThat(e.getStatus().getCode()).as(e.toString()).isEqualTo(Code.UNAVAILABLE);
              assertThat(detail(e, ErrorInfo.class).map(ErrorInfo::getReason))
                  .hasValue("DATABASE_UNAVAILABLE");
              assertThat(detail(e, RetryInfo.class)).isPresent();
              return true;
            });
  }

  private static StatusRuntimeException failure(Runnable call) {
    StatusRuntimeException e = failureOf(call);
    assertThat(e).as("is refused").isNotNull();
    return e;
  }

  private static StatusRuntimeException failureOf(Runnable call) {
    return catchThrowableOfType(StatusRuntimeException.class, call::run);
  }

  private static <D extends Message> Optional<D> detail(StatusRuntimeException e, Class<D> type) {
    try {
      for (Any detail : StatusProto.fromThrowable(e).getDetailsList()) {
        if (detail.is(type)) {
          return Optional.of(detail.unpack(type));
        }
      }
      return Optional.empty();
    } catch (InvalidProtocolBufferException invalid) {
      throw new AssertionError(invalid);
    }
  }
}
