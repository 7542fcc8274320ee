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
import org.accrual.api.query.v1.GetSiteRequest;
import org.accrual.api.query.v1.GetSiteResponse;
import org.accrual.api.query.v1.GetStudyAccrualRequest;
import org.accrual.api.query.v1.ListEnrollmentsRequest;
import org.accrual.api.query.v1.ListEnrollmentsResponse;
import org.accrual.api.query.v1.ListSitesRequest;
import org.accrual.api.query.v1.ListSitesResponse;
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
  private final SiteQueries sites;
  private final AccrualQueries accruals;
  private final AccrualWatch accrualWatch;

  @Inject
  EnrollmentQueries(
      ConsistencyWait consistency,
      EnrollmentReader enrollments,
      EnrollmentWatch enrollmentWatch,
      SiteQueries sites,
      AccrualQueries accruals,
      AccrualWatch accrualWatch) {
    this.consistency = consistency;
    this.enrollments = enrollments;
    this.enrollmentWatch = enrollmentWatch;
    this.sites = sites;
    this.accruals = accruals;
    this.accrualWatch = accrualWatch;
  }

  @Override
  public ServerServiceDefinition bindService() {
    return EnrollmentQueryServiceGrpc.bindService(this);
  }

  @Override
  public void getEnrollment(
      GetEnrollmentRequest request, StreamObserver<GetEnrollmentResponse> responseObserver) {
    consistency.until(request.getMinConsistencyToken());
    Enrollment enrollment =
        enrollments
            .find(UUID.fromString(request.getEnrollmentId()))
            .orElseThrow(() -> notFound(request.getEnrollmentId()));
    responseObserver.onNext(
        GetEnrollmentResponse.newBuilder()
            .setEnrollment(enrollment)
            .setConsistencyToken(
                new ConsistencyToken(
                        "enrollment", enrollment.getEnrollmentId(), enrollment.getVersion())
                    .encoded())
            .build());
    responseObserver.onCompleted();
  }

  @Override
  public void watchEnrollment(
      WatchEnrollmentRequest request, StreamObserver<WatchEnrollmentResponse> responseObserver) {
    enrollmentWatch.watch(request, responseObserver);
  }

  @Override
  public void listEnrollments(
      ListEnrollmentsRequest request, StreamObserver<ListEnrollmentsResponse> responseObserver) {
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
    responseObserver.onNext(response.build());
    responseObserver.onCompleted();
  }

  @Override
  public void getSite(GetSiteRequest request, StreamObserver<GetSiteResponse> responseObserver) {
    responseObserver.onNext(sites.get(request));
    responseObserver.onCompleted();
  }

  @Override
  public void listSites(
      ListSitesRequest request, StreamObserver<ListSitesResponse> responseObserver) {
    responseObserver.onNext(sites.list(request));
    responseObserver.onCompleted();
  }

  @Override
  public void getStudyAccrual(
      GetStudyAccrualRequest request, StreamObserver<StudyAccrual> responseObserver) {
    responseObserver.onNext(accruals.get(request));
    responseObserver.onCompleted();
  }

  @Override
  public void watchStudyAccrual(
      WatchStudyAccrualRequest request, StreamObserver<StudyAccrual> responseObserver) {
    accrualWatch.watch(
        request.getStudyId(), (ServerCallStreamObserver<StudyAccrual>) responseObserver);
  }

  static RuntimeException notFound(String enrollmentId) {
    return Errors.of(
        Code.NOT_FOUND,
        "ENROLLMENT_NOT_FOUND",
        "the projection has no enrollment " + enrollmentId,
        Map.of("enrollment_id", enrollmentId));
  }
}
