package org.accrual.core.domain.site;

import java.time.ZoneId;
import java.util.List;

/** What happened to a site. */
public sealed interface SiteEvent {
  SiteId site();

  record SiteActivated(SiteId site, int capacity, ZoneId timeZone) implements SiteEvent {}

  record SiteCapacityChanged(SiteId site, int capacity) implements SiteEvent {}

  record SiteDeactivated(SiteId site, String reason) implements SiteEvent {}

  /**
   * Kits arrived.
   *
   * @param kits at least one
   * @param receivedBy empty if nobody said
   */
  record KitsReceived(SiteId site, List<ReceivedKit> kits, String receivedBy) implements SiteEvent {
    public KitsReceived {
      kits = List.copyOf(kits);
    }
  }
}
