package org.accrual.core.domain.site;

import java.time.ZoneId;
import java.util.List;
import org.accrual.core.domain.SealedArm;

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

  /**
   * Takes kits into the site's stock.
   *
   * @param kits no two with one id
   * @param receivedBy empty if nobody said
   */
  record ReceiveKits(SiteId site, List<DeliveredKit> kits, String receivedBy)
      implements SiteCommand {
    public ReceiveKits {
      kits = List.copyOf(kits);
    }
  }

  /**
   * A kit as delivered, its arm still open for checking.
   *
   * @param sealedArm the same arm, sealed
   */
  record DeliveredKit(String kitId, String armId, SealedArm sealedArm) {
    /** Without the arm, whoever may print it. */
    @Override
    public String toString() {
      return kitId;
    }
  }
}
