package org.accrual.consumers.supply;

import java.util.List;
import java.util.Map;
import org.accrual.consumers.participant.SiteKey;
import org.accrual.consumers.supply.HeardTables.Study;

/** How far the studies and sites of a batch have been heard of. */
record Heard(Map<String, Study> studies, Map<SiteKey, Long> sites) {

  /**
   * Whether both have been heard of at least that far. A site that brings no version still needs
   * its kits' first news, and a study its arms.
   */
  boolean upTo(SiteKey site, long studyVersion, long siteVersion) {
    return study(site).version() >= Math.max(studyVersion, 1)
        && sites.getOrDefault(site, 0L) >= Math.max(siteVersion, 1);
  }

  List<String> arms(SiteKey site) {
    return study(site).arms();
  }

  private Study study(SiteKey site) {
    return studies.getOrDefault(site.studyId(), Study.UNHEARD);
  }
}
