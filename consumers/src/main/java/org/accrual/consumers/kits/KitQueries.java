package org.accrual.consumers.kits;

import io.grpc.BindableService;
import io.grpc.ServerServiceDefinition;
import io.grpc.stub.StreamObserver;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.util.List;
import org.accrual.api.query.v1.KitQueryServiceGrpc;
import org.accrual.api.query.v1.ListKitsRequest;
import org.accrual.api.query.v1.ListKitsResponse;
import org.accrual.api.query.v1.SiteKit;
import org.accrual.consumers.query.ConsistencyWait;
import org.accrual.runtime.grpc.PageRequest;

/** KitQueryService: waits for supply where there is a token, then reads. */
@ApplicationScoped
class KitQueries implements KitQueryServiceGrpc.AsyncService, BindableService {
  private final ConsistencyWait consistency;
  private final SupplyProgress progress;
  private final KitReader kits;

  @Inject
  KitQueries(ConsistencyWait consistency, SupplyProgress progress, KitReader kits) {
    this.consistency = consistency;
    this.progress = progress;
    this.kits = kits;
  }

  @Override
  public ServerServiceDefinition bindService() {
    return KitQueryServiceGrpc.bindService(this);
  }

  @Override
  public void listKits(ListKitsRequest request, StreamObserver<ListKitsResponse> responseObserver) {
    PageRequest page = PageRequest.of(request);
    String after = page.after(1, List::getFirst).orElse("");
    consistency.until(request.getMinConsistencyToken(), progress);
    int size = page.size();
    // One more than the page has shows whether there is another page.
    List<SiteKit> found = kits.list(request, after, size + 1);
    ListKitsResponse.Builder response =
        ListKitsResponse.newBuilder().addAllKits(found.subList(0, Math.min(size, found.size())));
    if (found.size() > size) {
      response.setNextPageToken(page.tokenAfter(found.get(size - 1).getKitId()));
    }
    responseObserver.onNext(response.build());
    responseObserver.onCompleted();
  }
}
