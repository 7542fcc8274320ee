package org.accrual.consumers.query;

import io.grpc.BindableService;
import io.grpc.Context;
import io.grpc.ServerServiceDefinition;
import io.grpc.stub.StreamObserver;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.nio.charset.StandardCharsets;
import java.sql.SQLException;
import java.util.Base64;
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

/** AuditQueryService: lists the trail and verifies it. */
@ApplicationScoped
class AuditQueries implements AuditQueryServiceGrpc.AsyncService, BindableService {
  private static final int DEFAULT_PAGE = 50;

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
    // A page goes on in the list of one study and enrollment.
    String list = request.getStudyId() + "/" + request.getEnrollmentId();
    long after = after(list, request.getPageToken());
    consistency.until(request.getMinConsistencyToken(), progress);
    int size = request.getPageSize() == 0 ? DEFAULT_PAGE : request.getPageSize();
    // One more than asked for tells whether there is a next page.
    List<AuditEntry> found =
        trail.list(request.getStudyId(), request.getEnrollmentId(), after, size + 1);
    List<AuditEntry> page = found.subList(0, Math.min(size, found.size()));
    ListAuditEntriesResponse.Builder response =
        ListAuditEntriesResponse.newBuilder()
            .addAllEntries(page)
            .setHead(trail.head(request.getStudyId()));
    if (found.size() > size) {
      response.setNextPageToken(pageToken(list, page.getLast().getPosition()));
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

  private static String pageToken(String list, long position) {
    return Base64.getUrlEncoder()
        .withoutPadding()
        .encodeToString((position + ":" + list).getBytes(StandardCharsets.UTF_8));
  }

  private static long after(String list, String pageToken) {
    if (pageToken.isEmpty()) {
      return 0;
    }
    try {
      String text = new String(Base64.getUrlDecoder().decode(pageToken), StandardCharsets.UTF_8);
      int colon = text.indexOf(':');
      if (colon > 0 && text.substring(colon + 1).equals(list)) {
        return Long.parseLong(text.substring(0, colon));
      }
    } catch (IllegalArgumentException notOurs) {
      throw noPageToken();
    }
    throw noPageToken();
  }

  private static RuntimeException noPageToken() {
    return Errors.invalid("page_token", "is not a next_page_token of a list with this filter");
  }
}
