package org.accrual.core.domain.site;

import java.time.ZoneId;
import java.util.List;
import java.util.UUID;

/** The commands on a site. */
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

  /** A command on kits of the site. */
  sealed interface OnKits extends SiteCommand {
    /** Returns the ids of the kits, no two alike. */
    List<String> kitIds();
  }

  /**
   * Takes kits into the site's stock.
   *
   * @param kits no two with one id
   * @param receivedBy empty if unknown
   */
  record ReceiveKits(SiteId site, List<DeliveredKit> kits, String receivedBy) implements OnKits {
    public ReceiveKits {
      kits = List.copyOf(kits);
    }

    @Override
    public List<String> kitIds() {
      return kits.stream().map(delivered -> delivered.kit().kitId()).toList();
    }
  }

  /**
   * A kit as delivered, its arm still open for checking.
   *
   * @param kit the same, its arm sealed
   */
  record DeliveredKit(String armId, ReceivedKit kit) {
    /** Omits the arm. */
    @Override
    public String toString() {
      return kit.kitId();
    }
  }

  /** Takes kits out of use. */
  record QuarantineKits(SiteId site, List<String> kitIds, String reason, String quarantinedBy)
      implements OnKits {
    public QuarantineKits {
      kitIds = List.copyOf(kitIds);
    }
  }

  /** Takes back a kit from the patient of a confirmed enrollment. */
  record ReturnKit(SiteId site, String kitId, UUID enrollmentId, String reason, String returnedBy)
      implements OnKits {
    @Override
    public List<String> kitIds() {
      return List.of(kitId);
    }
  }

  /** Records that kits were destroyed. */
  record DestroyKits(SiteId site, List<String> kitIds, String reason, String destroyedBy)
      implements OnKits {
    public DestroyKits {
      kitIds = List.copyOf(kitIds);
    }
  }
}
