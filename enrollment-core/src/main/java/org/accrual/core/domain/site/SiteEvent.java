package org.accrual.core.domain.site;

import java.time.ZoneId;
import java.util.List;
import java.util.UUID;

/** The events of a site. */
public sealed interface SiteEvent {
  SiteId site();

  record SiteActivated(SiteId site, int capacity, ZoneId timeZone) implements SiteEvent {}

  record SiteCapacityChanged(SiteId site, int capacity) implements SiteEvent {}

  record SiteDeactivated(SiteId site, String reason) implements SiteEvent {}

  /**
   * Kits arrived.
   *
   * @param kits at least one
   * @param receivedBy empty if unknown
   */
  record KitsReceived(SiteId site, List<ReceivedKit> kits, String receivedBy) implements SiteEvent {
    public KitsReceived {
      kits = List.copyOf(kits);
    }
  }

  /**
   * Kits must not be used.
   *
   * @param kitIds at least one
   */
  record KitsQuarantined(SiteId site, List<String> kitIds, String reason, String quarantinedBy)
      implements SiteEvent {
    public KitsQuarantined {
      kitIds = List.copyOf(kitIds);
    }
  }

  /** A patient returned a kit. */
  record KitReturned(SiteId site, String kitId, UUID enrollmentId, String reason, String returnedBy)
      implements SiteEvent {}

  /**
   * Kits were destroyed.
   *
   * @param kitIds at least one
   */
  record KitsDestroyed(SiteId site, List<String> kitIds, String reason, String destroyedBy)
      implements SiteEvent {
    public KitsDestroyed {
      kitIds = List.copyOf(kitIds);
    }
  }
}
