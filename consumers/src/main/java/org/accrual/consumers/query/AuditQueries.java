package org.accrual.consumers.query;

import io.grpc.BindableService;
import io.grpc.Context;
import io.grpc.ServerServiceDefinition;
import io.grpc.stub.StreamObserver;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.sql.SQLException;
import java.util.List;
import java.util.Optional;
import javax.sql.DataSource;
import org.accrual.api.query.v1.AuditEntry;
import org.accrual.api.query.v1.AuditFinding;
import org.accrual.api.query.v1.AuditQueryServiceGrpc;
import org.accrual.api.query.v1.ListAuditEntriesRequest;
import org.accrual.api.query.v1.ListAuditEntriesResponse;
import org.accrual.api.query.v1.VerifyAuditTrailRequest;
import org.accrual.api.query.v1.VerifyAuditTrailResponse;
import org.accrual.consumers.audit.AuditProgress;
import org.accrual.consumers.audit.Finding;
import org.accrual.consumers.audit.Head;
import org.accrual.consumers.audit.TrailVerifier;
import org.accrual.consumers.audit.Verdict;
import org.accrual.consumers.database.QueryPool;
import org.accrual.runtime.grpc.Errors;
import org.accrual.runtime.grpc.PageRequest;

/** AuditQueryService: lists the trail and verifies it. */
@ApplicationScoped
class AuditQueries implements AuditQueryServiceGrpc.AsyncService, BindableService {
  private final ConsistencyWait consistency;
  private final AuditProgress progress;
  private final AuditReader trail;
  private final TrailVerifier verifier;

  @Inject
  AuditQueries(
      ConsistencyWait consistency,
      AuditProgress progress,
      AuditReader trail,
      @QueryPool DataSource database) {
    this.consistency = consistency;
    this.progress = progress;
    this.trail = trail;
    this.verifier = new TrailVerifier(database);
  }

  @Override
  public ServerServiceDefinition bindService() {
    return AuditQueryServiceGrpc.bindService(this);
  }

  @Override
  public void listAuditEntries(
      ListAuditEntriesRequest request, StreamObserver<ListAuditEntriesResponse> answer) {
    PageRequest asked = PageRequest.of(request);
    long after = asked.after(1, key -> Long.parseLong(key.getFirst())).orElse(0L);
    consistency.until(request.getMinConsistencyToken(), progress);
    int size = asked.size();
    // One more than asked for tells whether there is a next page.
    List<AuditEntry> found =
        trail.list(request.getStudyId(), request.getEnrollmentId(), after, size + 1);
    List<AuditEntry> page = found.subList(0, Math.min(size, found.size()));
    ListAuditEntriesResponse.Builder response =
        ListAuditEntriesResponse.newBuilder()
            .addAllEntries(page)
            .setHead(trail.head(request.getStudyId()));
    if (found.size() > size) {
      response.setNextPageToken(asked.tokenAfter(page.getLast().getPosition()));
    }
    answer.onNext(response.build());
    answer.onCompleted();
  }

  @Override
  public void verifyAuditTrail(
      VerifyAuditTrailRequest request, StreamObserver<VerifyAuditTrailResponse> answer) {
    Context call = Context.current();
    Verdict verdict;
    try {
      verdict =
          verifier.verify(
              request.getStudyId(), expected(request.getExpectedHead()), call::isCancelled);
    } catch (SQLException failure) {
      throw DatabaseErrors.of(failure);
    }
    answer.onNext(
        VerifyAuditTrailResponse.newBuilder()
            .setIntact(verdict.intact())
            .setEntries(verdict.entries())
            .setHead(verdict.head().exported())
            .setCompared(verdict.compared())
            .addAllFindings(verdict.findings().stream().map(AuditQueries::finding).toList())
            .build());
    answer.onCompleted();
  }

  private static Optional<Head> expected(String exported) {
    try {
      return exported.isEmpty() ? Optional.empty() : Optional.of(Head.parse(exported));
    } catch (NumberFormatException tooLong) {
      throw Errors.invalid("expected_head", "is not a head of an earlier answer");
    }
  }

  private static AuditFinding finding(Finding finding) {
    return AuditFinding.newBuilder()
        .setKind(
            switch (finding.kind()) {
              case ALTERED -> AuditFinding.Kind.KIND_ALTERED;
              case MISSING -> AuditFinding.Kind.KIND_MISSING;
              case TRUNCATED -> AuditFinding.Kind.KIND_TRUNCATED;
              case REPLACED -> AuditFinding.Kind.KIND_REPLACED;
            })
        .setPosition(finding.position())
        .setDetail(finding.detail())
        .build();
  }
}
