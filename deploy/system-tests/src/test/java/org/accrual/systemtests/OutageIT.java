package org.accrual.systemtests;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.awaitility.Awaitility.await;

import com.google.protobuf.Any;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import com.google.rpc.ErrorInfo;
import com.google.rpc.RetryInfo;
import io.grpc.Status.Code;
import io.grpc.StatusRuntimeException;
import io.grpc.protobuf.StatusProto;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
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
