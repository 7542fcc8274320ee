package org.accrual.core.domain.site;

import java.util.Map;
import java.util.Optional;
import org.accrual.core.domain.study.StudyState;

/**
 * What a decision about a site rests on beside its own state.
 *
 * @param kits those of the kits named that the study has, at any site, by their ids
 * @param dispensed the kit with which the enrollment named was confirmed at this site
 */
public record SiteFacts(StudyState study, Map<String, KnownKit> kits, Optional<String> dispensed) {
  public SiteFacts {
    kits = Map.copyOf(kits);
  }
}
