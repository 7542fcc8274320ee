package org.accrual.consumers.query;

import com.google.rpc.Code;
import io.grpc.BindableService;
import io.grpc.ServerServiceDefinition;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.accrual.api.enrollment.v1.Enrollment;
import org.accrual.api.query.v1.EnrollmentQueryServiceGrpc;
import org.accrual.api.query.v1.GetEnrollmentRequest;
import org.accrual.api.query.v1.GetEnrollmentResponse;
import org.accrual.api.query.v1.GetStudyAccrualRequest;
import org.accrual.api.query.v1.ListEnrollmentsRequest;
import org.accrual.api.query.v1.ListEnrollmentsResponse;
import org.accrual.api.query.v1.StudyAccrual;
import org.accrual.api.query.v1.WatchEnrollmentRequest;
import org.accrual.api.query.v1.WatchEnrollmentResponse;
import org.accrual.api.query.v1.WatchStudyAccrualRequest;
import org.accrual.contract.ConsistencyToken;
import org.accrual.runtime.grpc.Errors;
import org.accrual.runtime.grpc.PageRequest;

/** EnrollmentQueryService: waits for the token where there is one, then reads. */
@ApplicationScoped
class EnrollmentQueries implements EnrollmentQueryServiceGrpc.AsyncService, BindableService {
  private final ConsistencyWait consistency;
  private final EnrollmentReader enrollments;
  private final EnrollmentWatch enrollmentWatch;
  private final AccrualQueries accruals;
  private final AccrualWatch accrualWatch;

  @Inject
  EnrollmentQueries(
      ConsistencyWait consistency,
      EnrollmentReader enrollments,
      EnrollmentWatch enrollmentWatch,
      AccrualQueries accruals,
      AccrualWatch accrualWatch) {
    this.consistency = consistency;
    this.enrollments = enrollments;
    this.enrollmentWatch = enrollmentWatch;
    this.accruals = accruals;
    this.accrualWatch = accrualWatch;
  }

  @Override
  public ServerServiceDefinition bindService() {
    return EnrollmentQueryServiceGrpc.bindService(this);
  }

  @Override
  public void getEnrollment(
      GetEnrollmentRequest request, StreamObserver<GetEnrollmentResponse> answer) {
    consistency.until(request.getMinConsistencyToken());
    Enrollment enrollment =
        enrollments
            .find(UUID.fromString(request.getEnrollmentId()))
            .orElseThrow(() -> notFound(request.getEnrollmentId()));
    answer.onNext(
        GetEnrollmentResponse.newBuilder()
            .setEnrollment(enrollment)
            .setConsistencyToken(
                new ConsistencyToken(
                        "enrollment", enrollment.getEnrollmentId(), enrollment.getVersion())
                    .encoded())
            .build());
    answer.onCompleted();
  }

  @Override
  public void watchEnrollment(
      WatchEnrollmentRequest request, StreamObserver<WatchEnrollmentResponse> answer) {
    enrollmentWatch.watch(request, answer);
  }

  @Override
  public void listEnrollments(
      ListEnrollmentsRequest request, StreamObserver<ListEnrollmentsResponse> answer) {
    EnrollmentFilter filter =
        new EnrollmentFilter(
            request.getStudyId(), request.getSiteId(), request.getPatientId(), request.getState());
    PageRequest asked = PageRequest.of(request);
    Optional<UUID> after = asked.after(1, key -> UUID.fromString(key.getFirst()));
    consistency.until(request.getMinConsistencyToken());
    int size = asked.size();
    // One more than asked for tells whether there is a next page.
    List<Enrollment> found = enrollments.list(filter, after, size + 1);
    List<Enrollment> page = found.subList(0, Math.min(size, found.size()));
    ListEnrollmentsResponse.Builder response =
        ListEnrollmentsResponse.newBuilder().addAllEnrollments(page);
    if (found.size() > size) {
      response.setNextPageToken(asked.tokenAfter(page.getLast().getEnrollmentId()));
    }
    answer.onNext(response.build());
    answer.onCompleted();
  }

  @Override
  public void getStudyAccrual(GetStudyAccrualRequest request, StreamObserver<StudyAccrual> answer) {
    answer.onNext(accruals.get(request));
    answer.onCompleted();
  }

  @Override
  public void watchStudyAccrual(
      WatchStudyAccrualRequest request, StreamObserver<StudyAccrual> answer) {
    accrualWatch.watch(request.getStudyId(), (ServerCallStreamObserver<StudyAccrual>) answer);
  }

  static RuntimeException notFound(String enrollmentId) {
    return Errors.of(
        Code.NOT_FOUND,
        "ENROLLMENT_NOT_FOUND",
        "the projection has no enrollment " + enrollmentId,
        Map.of("enrollment_id", enrollmentId));
  }
}
