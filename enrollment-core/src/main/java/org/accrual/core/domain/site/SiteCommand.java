package org.accrual.core.domain.site;

import java.time.ZoneId;

/** What may be asked of a site. */
public sealed interface SiteCommand {
  SiteId site();

  /**
   * Opens the site, or opens it again.
   *
   * @param capacity how many participants it may have at once, 0 or more
   * @param timeZone the zone its days are counted in
   */
  record Activate(SiteId site, int capacity, ZoneId timeZone) implements SiteCommand {}

  record ChangeCapacity(SiteId site, int capacity) implements SiteCommand {}

  record Deactivate(SiteId site, String reason) implements SiteCommand {}
}
