package org.accrual.core.application;

import java.util.List;
import java.util.Optional;
import org.accrual.core.domain.site.SiteEvent;
import org.accrual.core.domain.site.SiteId;
import org.accrual.core.domain.site.SiteState;

/**
 * A site that has been activated at least once.
 *
 * @param version of its stream
 */
public record SiteRecord(SiteId site, SiteState.Known state, long version) {

  /** The site after {@code events}, decided on {@code before} (empty: never activated). */
  static SiteRecord after(Optional<SiteRecord> before, SiteId site, List<SiteEvent> events) {
    SiteState state = before.<SiteState>map(SiteRecord::state).orElse(SiteState.initial());
    for (SiteEvent event : events) {
      state = state.apply(event);
    }
    return new SiteRecord(
        site, (SiteState.Known) state, before.map(SiteRecord::version).orElse(0L) + events.size());
  }
}
