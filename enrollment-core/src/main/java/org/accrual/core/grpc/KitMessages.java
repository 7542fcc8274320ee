package org.accrual.core.grpc;

import java.util.List;
import org.accrual.api.study.v1.Kit;
import org.accrual.core.domain.SealedArm;
import org.accrual.core.domain.site.SiteCommand.DeliveredKit;
import org.accrual.core.domain.site.SiteId;
import org.accrual.runtime.blinding.Seal;

/** Kits off their messages, their arms sealed before anything else happens to them. */
final class KitMessages {
  private KitMessages() {}

  static List<DeliveredKit> sealed(SiteId site, List<Kit> kits, Seal seal) {
    return kits.stream()
        .map(
            kit ->
                new DeliveredKit(
                    kit.getKitId(),
                    kit.getArmId(),
                    new SealedArm(seal.seal(kit.getArmId(), context(site, kit.getKitId())))))
        .toList();
  }

  /** A seal opens only for the kit that it was made for. */
  private static String context(SiteId site, String kitId) {
    return "kit:%s/%s".formatted(site.streamId(), kitId);
  }
}
