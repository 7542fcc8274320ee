package org.accrual.core.domain.site;

import java.time.ZoneId;

/** What happened to a site. */
public sealed interface SiteEvent {
  SiteId site();

  record SiteActivated(SiteId site, int capacity, ZoneId timeZone) implements SiteEvent {}

  record SiteCapacityChanged(SiteId site, int capacity) implements SiteEvent {}

  record SiteDeactivated(SiteId site, String reason) implements SiteEvent {}
}
