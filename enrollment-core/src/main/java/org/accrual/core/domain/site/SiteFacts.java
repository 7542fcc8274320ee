package org.accrual.core.domain.site;

import java.util.Set;
import org.accrual.core.domain.study.StudyState;

/**
 * What a decision about a site rests on beside its own state.
 *
 * @param knownKits those of the kits named that the study has already, at whichever site
 */
public record SiteFacts(StudyState study, Set<String> knownKits) {
  public SiteFacts {
    knownKits = Set.copyOf(knownKits);
  }
}
