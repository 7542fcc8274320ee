package org.accrual.systemtests;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.awaitility.Awaitility.await;

import com.google.longrunning.Operation;
import com.google.rpc.ErrorInfo;
import io.grpc.Status.Code;
import io.grpc.StatusRuntimeException;
import io.grpc.health.v1.HealthCheckRequest;
import io.grpc.protobuf.StatusProto;
import java.time.Duration;
import java.util.List;
import org.accrual.api.enrollment.v1.EnrollPatientMetadata;
import org.accrual.api.enrollment.v1.EnrollPatientRequest;
import org.accrual.api.enrollment.v1.EnrollmentState;
import org.accrual.api.notification.v1.GetNotificationRequest;
import org.accrual.api.notification.v1.ListNotificationsRequest;
import org.accrual.api.notification.v1.Notification;
import org.accrual.api.notification.v1.NotificationState;
import org.accrual.api.query.v1.GetEnrollmentRequest;
import org.accrual.api.query.v1.ListEnrollmentsRequest;
import org.accrual.contract.Headers;
import org.accrual.contract.Topics;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.junit.jupiter.api.Test;

/** One command's way from gRPC to the projection, through the real processes. */
class EndToEndIT {
  private final TestStack stack = TestStack.shared();
  private final String study =
      "E2E-" + Long.toString(System.nanoTime(), 36).toUpperCase(java.util.Locale.ROOT);

  @Test
  void anEnrollmentIsSeenInTheStoreOnTheTopicAndInTheProjection() {
    try (SiteClient client = stack.client()) {
      client.openSite(study, "S1", 10);

      Operation operation = client.enrolled(SiteClient.enroll(study, "S1", "P-1"));

      assertThat(operation.hasResponse()).as(operation.toString()).isTrue();
      EnrollPatientMetadata metadata = SiteClient.metadata(operation);
      String id = metadata.getEnrollmentId();
      var seen =
          client
              .queries()
              .getEnrollment(
                  GetEnrollmentRequest.newBuilder()
                      .setEnrollmentId(id)
                      .setMinConsistencyToken(metadata.getConsistencyToken())
                      .build())
              .getEnrollment();
      assertThat(seen.getState()).isEqualTo(EnrollmentState.ENROLLMENT_STATE_ON_STUDY);
      assertThat(seen.getPatientId()).isEqualTo("P-1");
      assertThat(
              client
                  .queries()
                  .listEnrollments(ListEnrollmentsRequest.newBuilder().setStudyId(study).build())
                  .getEnrollmentsList())
          .containsExactly(seen);

      List<String> stored =
          stack
              .evidence()
              .rows(
                  "select event_id::text from enrollment.event where stream_type = 'enrollment' and stream_id = ? order by version",
                  id);
      assertThat(stored).hasSize((int) seen.getVersion());
      assertThat(
              stack
                  .evidence()
                  .rows(
                      "select id::text from outbox.message where aggregatetype = 'enrollment.events' and aggregateid = ?",
                      id))
          .containsExactlyInAnyOrderElementsOf(stored);
      assertTold(id, stored, metadata.getCorrelationId());
    }
  }

  @Test
  void aConfirmedPatientGetsAMailUnderItsMessageId() {
    try (SiteClient client = stack.client()) {
      client.openSite(study, "S1", 10);
      client.setContact(study, study + "-1");

      assertMailed(client, client.enrolled(SiteClient.enroll(study, "S1", study + "-1")));
    }
  }

  /** Checks that it was sent at least once, and again only if the message was in doubt. */
  private static void assertMailed(SiteClient client, Operation confirmed) {
    ListNotificationsRequest emails =
        ListNotificationsRequest.newBuilder()
            .setEnrollmentId(SiteClient.metadata(confirmed).getEnrollmentId())
            .setState(NotificationState.NOTIFICATION_STATE_SENT)
            .build();
    await("the mail of " + confirmed.getName())
        .atMost(Duration.ofSeconds(90))
        .ignoreException(StatusRuntimeException.class)
        .untilAsserted(
            () ->
                assertThat(client.notifications().listNotifications(emails).getNotificationsList())
                    .hasSize(1));
    Notification sent =
        client.notifications().listNotifications(emails).getNotificationsList().getFirst();
    List<String> mails =
        client
            .notifications()
            .getNotification(
                GetNotificationRequest.newBuilder()
                    .setNotificationId(sent.getNotificationId())
                    .build())
            .getCaughtMailsList();
    assertThat(mails)
        .hasSizeBetween(1, 1 + sent.getDoubts())
        .allSatisfy(mail -> assertThat(mail).contains("Message-ID: " + sent.getMessageId()));
  }

  private void assertTold(String id, List<String> stored, String correlation) {
    List<ConsumerRecord<String, byte[]>> told =
        stack.evidence().records(Topics.ENROLLMENT_EVENTS).getOrDefault(id, List.of());
    assertThat(told).extracting(record -> Evidence.header(record, Headers.ID)).isEqualTo(stored);
    for (ConsumerRecord<String, byte[]> record : told) {
      assertThat(record.value()[0]).isZero();
      assertThat(Evidence.header(record, Headers.SPEC_VERSION)).isEqualTo("1.0");
      assertThat(Evidence.header(record, Headers.SOURCE)).isEqualTo("/accrual/enrollment-core");
      assertThat(Evidence.header(record, Headers.TYPE)).startsWith("accrual.enrollment.");
      assertThat(Evidence.header(record, Headers.TIME)).matches("\\d{4}-\\d\\d-\\d\\dT.*Z");
    }
    assertThat(told)
        .anySatisfy(
            record ->
                assertThat(Evidence.header(record, Headers.CORRELATION_ID)).isEqualTo(correlation));
  }

  @Test
  void badInputGetsAReasonAndWritesNothing() {
    try (SiteClient client = stack.client()) {
      client.openSite(study, "S1", 10);
      EnrollPatientRequest good = SiteClient.enroll(study, "S1", "P-1");
      client.enrolled(good);
      List<String> before = counts();

      refused(
          client,
          good.toBuilder().setRequestId("r-1").setStudyId("NONE").build(),
          Code.NOT_FOUND,
          "STUDY_NOT_FOUND");
      refused(
          client,
          good.toBuilder().setRequestId("r-2").setPatientId("P 2").build(),
          Code.INVALID_ARGUMENT,
          "INVALID_ARGUMENT");
      refused(
          client,
          good.toBuilder().setEnrolledBy("somebody else").build(),
          Code.ALREADY_EXISTS,
          "REQUEST_ID_REUSED");
      refused(
          client,
          good.toBuilder().setRequestId("r-3").build(),
          Code.ALREADY_EXISTS,
          "PATIENT_ALREADY_ENROLLED");
      refused(
          client,
          good.toBuilder().setRequestId("r-4").setEnrolledBy("x".repeat(2_000_000)).build(),
          Code.RESOURCE_EXHAUSTED,
          "MESSAGE_TOO_LARGE");

      assertThat(counts()).isEqualTo(before);
    }
  }

  private List<String> counts() {
    return stack
        .evidence()
        .rows(
            """
            select (select count(*) from enrollment.event), (select count(*) from outbox.message
                    where aggregatetype in ('study.events', 'site.events', 'enrollment.events')),
                   (select count(*) from enrollment.request), (select count(*) from enrollment.operation)
            """);
  }

  private static void refused(
      SiteClient client, EnrollPatientRequest request, Code code, String reason) {
    StatusRuntimeException refusal =
        catchThrowableOfType(
            StatusRuntimeException.class, () -> client.enrollments().enrollPatient(request));
    assertThat(refusal.getStatus().getCode()).as(refusal.toString()).isEqualTo(code);
    assertThat(StatusProto.fromThrowable(refusal).getDetailsList())
        .filteredOn(detail -> detail.is(ErrorInfo.class))
        .singleElement()
        .satisfies(
            detail -> assertThat(detail.unpack(ErrorInfo.class).getReason()).isEqualTo(reason));
  }

  @Test
  void bothServersAnswerHealthAndReflection() {
    for (int port : stack.grpcPorts()) {
      assertThat(GrpcProbe.health(port, HealthCheckRequest.getDefaultInstance()))
          .isEqualTo("SERVING");
      assertThat(GrpcProbe.services(port)).contains("grpc.health.v1.Health");
    }
    assertThat(GrpcProbe.services(stack.grpcPorts().get(0)))
        .contains(
            "accrual.study.v1.StudyService",
            "accrual.enrollment.v1.EnrollmentService",
            "google.longrunning.Operations");
    assertThat(GrpcProbe.services(stack.grpcPorts().get(1)))
        .contains("accrual.query.v1.EnrollmentQueryService");
  }
}
