package org.accrual.systemtests;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.google.common.collect.ImmutableList;
import com.google.longrunning.Operation;
import io.grpc.Status.Code;
import io.grpc.StatusRuntimeException;
import java.util.List;
import java.util.Locale;
import java.util.UUID;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.stream.LongStream;
import org.accrual.api.enrollment.v1.EnrollmentState;
import org.accrual.api.enrollment.v1.ScreenPatientRequest;
import org.accrual.api.enrollment.v1.ScreenPatientResponse;
import org.accrual.api.enrollment.v1.WithdrawPatientRequest;
import org.accrual.api.query.v1.EnrollmentQueryServiceGrpc.EnrollmentQueryServiceBlockingStub;
import org.accrual.api.query.v1.WatchEnrollmentRequest;
import org.accrual.api.query.v1.WatchEnrollmentResponse;
import org.junit.jupiter.api.Test;

/** WatchEnrollment while the real saga runs. */
class WatchIT {
  private final TestStack stack = TestStack.shared();
  private final String study =
      "WATCH-" + Long.toString(System.nanoTime(), 36).toUpperCase(Locale.ROOT);

  @Test
  void showsEveryStageAsItHappensAndGoesOnFromAToken() throws Exception {
    try (SiteClient client = stack.client();
        ExecutorService watcher = Executors.newSingleThreadExecutor()) {
      client.openSite(study, "S1", 3);
      ScreenPatientResponse screened = screen(client);
      String id = screened.getEnrollment().getEnrollmentId();
      // Watched from the first event on, before anything else has happened.
      Future<List<WatchEnrollmentResponse>> watched =
          watcher.submit(() -> watch(client, request(id, screened.getConsistencyToken())));

      Operation enrolled = client.enrolled(SiteClient.enroll(study, "S1", "P-1"));
      assertThat(enrolled.hasResponse()).as(enrolled.toString()).isTrue();
      client
          .enrollments()
          .withdrawPatient(
              WithdrawPatientRequest.newBuilder()
                  .setRequestId("withdraw-" + study)
                  .setEnrollmentId(id)
                  .setReason("moved away")
                  .setWithdrawnBy("investigator-1")
                  .build());

      List<WatchEnrollmentResponse> events = watched.get(60, TimeUnit.SECONDS);
      assertThat(events)
          .extracting(WatchEnrollmentResponse::getEventType)
          .containsExactly(
              "accrual.enrollment.consent-recorded.v1",
              "accrual.enrollment.eligibility-recorded.v1",
              "accrual.enrollment.requested.v1",
              "accrual.enrollment.slot-reserved.v1",
              "accrual.enrollment.randomized.v1",
              "accrual.enrollment.kit-allocated.v1",
              "accrual.enrollment.confirmed.v1",
              "accrual.enrollment.patient-withdrawn.v1",
              "accrual.enrollment.taken-off-study.v1");
      assertThat(events)
          .extracting(WatchEnrollmentResponse::getVersion)
          .containsExactlyElementsOf(LongStream.rangeClosed(2, 10).boxed().toList());
      assertThat(events.getLast().getState()).isEqualTo(EnrollmentState.ENROLLMENT_STATE_OFF_STUDY);
      assertThat(events.getLast().getReason()).isEqualTo("moved away");

      // From the beginning, from the middle, from the end: what is left, and the end again.
      assertThat(watch(client, request(id, ""))).hasSize(10).endsWith(events.getLast());
      assertThat(watch(client, request(id, events.get(3).getConsistencyToken())))
          .isEqualTo(events.subList(4, events.size()));
      assertThat(watch(client, request(id, events.getLast().getConsistencyToken()))).isEmpty();
    }
  }

  @Test
  void badInputIsSaid() {
    try (SiteClient client = stack.client()) {
      client.openSite(study, "S1", 3);
      ScreenPatientResponse screened = screen(client);
      String other = UUID.randomUUID().toString();

      assertThat(failure(client, request(other, ""))).isEqualTo(Code.NOT_FOUND);
      assertThat(failure(client, request(other, screened.getConsistencyToken())))
          .isEqualTo(Code.INVALID_ARGUMENT);
      assertThat(failure(client, request("nonsense", ""))).isEqualTo(Code.INVALID_ARGUMENT);
    }
  }

  private ScreenPatientResponse screen(SiteClient client) {
    return client
        .enrollments()
        .screenPatient(
            ScreenPatientRequest.newBuilder()
                .setRequestId("screen-" + study)
                .setStudyId(study)
                .setSiteId("S1")
                .setPatientId("P-1")
                .setScreenedBy("nurse-1")
                .build());
  }

  private static WatchEnrollmentRequest request(String enrollmentId, String token) {
    return WatchEnrollmentRequest.newBuilder()
        .setEnrollmentId(enrollmentId)
        .setAfterConsistencyToken(token)
        .build();
  }

  private static List<WatchEnrollmentResponse> watch(
      SiteClient client, WatchEnrollmentRequest request) {
    EnrollmentQueryServiceBlockingStub queries =
        client.queries().withDeadlineAfter(60, TimeUnit.SECONDS);
    return ImmutableList.copyOf(queries.watchEnrollment(request));
  }

  private static Code failure(SiteClient client, WatchEnrollmentRequest request) {
    return catchThrowableOfType(StatusRuntimeException.class, () -> watch(client, request))
        .getStatus()
        .getCode();
  }
}
