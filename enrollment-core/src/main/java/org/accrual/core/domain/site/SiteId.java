package org.accrual.core.domain.site;

/** A site of a study; site ids are unique in their study only. */
public record SiteId(String studyId, String siteId) {

  /** {@code study/site}: the id of the site's stream. Ids hold no slash. */
  public String streamId() {
    return studyId + "/" + siteId;
  }
}
