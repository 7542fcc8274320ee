package org.accrual.systemtests;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.google.longrunning.Operation;
import io.grpc.Metadata;
import io.grpc.stub.MetadataUtils;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.accrual.api.enrollment.v1.EnrollPatientRequest;
import org.accrual.api.notification.v1.SetContactRequest;
import org.accrual.api.ops.v1.ProjectionAdminServiceGrpc;
import org.accrual.api.ops.v1.StartRebuildRequest;
import org.accrual.contract.RequestMetadata;
import org.accrual.systemtests.OtlpReceiver.Received;
import org.junit.jupiter.api.Test;

/** One trace from a call to the projection and the mail, as an OTLP receiver sees it. */
class TraceIT {
  private static final Duration LIMIT = Duration.ofSeconds(60);
  private static final String CALLER = "00f067aa0ba902b7";

  private final TestStack stack = TestStack.shared();
  private final OtlpReceiver receiver = OtlpReceiver.shared();
  private final String study =
      "TRACE-" + Long.toString(System.nanoTime(), 36).toUpperCase(java.util.Locale.ROOT);

  @Test
  void aCallIsOneTraceToProjectionAndMailAndAReplayIsLinked() {
    try (SiteClient client = stack.client()) {
      client.openSite(study, "S1", 10);
      String sampled = traceId();
      String unsampled = traceId();
      contact(client, study, "P-1");

      enroll(client, "P-0", unsampled, "00");
      enroll(client, "P-1", sampled, "01");

      await()
          .atMost(LIMIT)
          .untilAsserted(
              () ->
                  assertThat(receiver.trace(sampled))
                      .extracting(TraceIT::what)
                      .contains(
                          "enrollment-core accrual.enrollment.v1.EnrollmentService/EnrollPatient",
                          "enrollment-core enrollment.load",
                          "enrollment-core enrollment.append",
                          "outbox-relay send accrual.enrollment.events",
                          "consumers process accrual.enrollment.events accrual.projection",
                          "consumers process accrual.enrollment.events accrual.audit",
                          "consumers process accrual.capacity.commands accrual.capacity",
                          "outbox-relay send accrual.capacity.events",
                          "enrollment-core process accrual.capacity.events accrual.enrollment-core-saga",
                          "enrollment-core saga SlotReserved",
                          "enrollment-core saga KitsHeld",
                          "enrollment-core saga Randomized",
                          "enrollment-core saga KitAllocated",
                          "consumers send email"));
      assertConnected(receiver.trace(sampled));
      assertThat(receiver.trace(unsampled)).isEmpty();

      rebuild(client);
      await()
          .atMost(LIMIT)
          .untilAsserted(
              () ->
                  assertThat(receiver.linkedTo(sampled))
                      .extracting(Received::name)
                      .contains("replay projection_next"));
      assertThat(receiver.linkedTo(sampled))
          .allSatisfy(replay -> assertThat(replay.trace()).isNotEqualTo(sampled))
          .allSatisfy(replay -> assertThat(replay.parent()).isEmpty());
    }
  }

  /** Every span goes back to the caller's. */
  private static void assertConnected(List<Received> trace) {
    Set<String> ids = trace.stream().map(Received::id).collect(Collectors.toSet());
    assertThat(trace)
        .filteredOn(span -> !ids.contains(span.parent()))
        .extracting(Received::parent)
        .containsOnly(CALLER);
    assertThat(trace.stream().map(Received::service).collect(Collectors.toSet()))
        .containsExactlyInAnyOrder("enrollment-core", "outbox-relay", "consumers");
  }

  private static String what(Received span) {
    return (span.service()
            + " "
            + span.name()
            + " "
            + span.attribute("messaging.consumer.group.name"))
        .strip();
  }

  private void enroll(SiteClient client, String patient, String trace, String flags) {
    Metadata sent = new Metadata();
    sent.put(
        Metadata.Key.of(RequestMetadata.TRACEPARENT, Metadata.ASCII_STRING_MARSHALLER),
        "00-%s-%s-%s".formatted(trace, CALLER, flags));
    EnrollPatientRequest request = SiteClient.enroll(study, "S1", patient);
    SiteClient.untilAnswered(
        () ->
            client
                .enrollments()
                .withInterceptors(MetadataUtils.newAttachHeadersInterceptor(sent))
                .enrollPatient(request));
    Operation operation = client.enrolled(request);
    assertThat(operation.hasResponse()).as(operation.toString()).isTrue();
  }

  /** The mail then goes out. */
  static void contact(SiteClient client, String study, String patient) {
    SetContactRequest contact =
        SetContactRequest.newBuilder()
            .setStudyId(study)
            .setPatientId(patient)
            .setEmail("p1@example.org")
            .build();
    SiteClient.untilAnswered(() -> client.notifications().setContact(contact));
  }

  private void rebuild(SiteClient client) {
    StartRebuildRequest request =
        StartRebuildRequest.newBuilder()
            .setRequestId("rebuild-" + study)
            .setProjection("projection")
            .build();
    SiteClient.untilAnswered(
        () ->
            ProjectionAdminServiceGrpc.newBlockingStub(client.consumers())
                .withDeadlineAfter(20, TimeUnit.SECONDS)
                .startRebuild(request));
    await()
        .atMost(LIMIT)
        .until(
            () ->
                stack
                    .evidence()
                    .rows("select state from ops.rebuild where request_id = ?", "rebuild-" + study)
                    .contains("switched"));
  }

  private static String traceId() {
    UUID id = UUID.randomUUID();
    return HexFormat.of().toHexDigits(id.getMostSignificantBits())
        + HexFormat.of().toHexDigits(id.getLeastSignificantBits());
  }
}
