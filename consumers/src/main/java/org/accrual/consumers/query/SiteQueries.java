package org.accrual.consumers.query;

import com.google.rpc.Code;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.accrual.api.query.v1.GetSiteRequest;
import org.accrual.api.query.v1.GetSiteResponse;
import org.accrual.api.query.v1.ListSitesRequest;
import org.accrual.api.query.v1.ListSitesResponse;
import org.accrual.api.query.v1.SiteAvailability;
import org.accrual.api.study.v1.Site;
import org.accrual.contract.ConsistencyToken;
import org.accrual.runtime.grpc.Errors;
import org.accrual.runtime.grpc.PageRequest;

/** GetSite and ListSites: wait for the token where there is one, then read. */
@ApplicationScoped
class SiteQueries {
  private final ConsistencyWait consistency;
  private final SiteReader sites;

  @Inject
  SiteQueries(ConsistencyWait consistency, SiteReader sites) {
    this.consistency = consistency;
    this.sites = sites;
  }

  GetSiteResponse get(GetSiteRequest request) {
    consistency.until(request.getMinConsistencyToken());
    SiteAvailability found =
        sites
            .find(new SiteReader.Key(request.getStudyId(), request.getSiteId()))
            .orElseThrow(() -> notFound(request));
    Site site = found.getSite();
    return GetSiteResponse.newBuilder()
        .setSite(found)
        .setConsistencyToken(
            new ConsistencyToken(
                    "site", site.getStudyId() + "/" + site.getSiteId(), site.getVersion())
                .encoded())
        .build();
  }

  ListSitesResponse list(ListSitesRequest request) {
    PageRequest asked = PageRequest.of(request);
    Optional<SiteReader.Key> after =
        asked.after(2, key -> new SiteReader.Key(key.getFirst(), key.getLast()));
    consistency.until(request.getMinConsistencyToken());
    int size = asked.size();
    // One more than asked for tells whether there is a next page.
    List<SiteAvailability> found =
        sites.list(request.getStudyId(), request.getWithFreePlaces(), after, size + 1);
    List<SiteAvailability> page = found.subList(0, Math.min(size, found.size()));
    ListSitesResponse.Builder response = ListSitesResponse.newBuilder().addAllSites(page);
    if (found.size() > size) {
      Site last = page.getLast().getSite();
      response.setNextPageToken(asked.tokenAfter(last.getStudyId(), last.getSiteId()));
    }
    return response.build();
  }

  private static RuntimeException notFound(GetSiteRequest request) {
    return Errors.of(
        Code.NOT_FOUND,
        "SITE_NOT_FOUND",
        "the projection has no site %s of study %s"
            .formatted(request.getSiteId(), request.getStudyId()),
        Map.of("study_id", request.getStudyId(), "site_id", request.getSiteId()));
  }
}
