package org.accrual.core.grpc;

import java.time.DateTimeException;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.accrual.api.study.v1.Kit;
import org.accrual.core.domain.SealedArm;
import org.accrual.core.domain.site.KitLabel;
import org.accrual.core.domain.site.ReceivedKit;
import org.accrual.core.domain.site.SiteCommand.DeliveredKit;
import org.accrual.core.domain.site.SiteId;
import org.accrual.runtime.blinding.Seal;
import org.accrual.runtime.grpc.Errors;

/** Converts kits from their messages; their arms are sealed before anything else is done. */
final class KitMessages {
  private KitMessages() {}

  static List<DeliveredKit> sealed(SiteId site, List<Kit> kits, Seal seal) {
    List<DeliveredKit> delivered = new ArrayList<>(kits.size());
    for (Kit kit : kits) {
      String field = "kits[%d].expiry_date".formatted(delivered.size());
      delivered.add(
          new DeliveredKit(
              kit.getArmId(),
              new ReceivedKit(
                  kit.getKitId(),
                  new SealedArm(seal.seal(kit.getArmId(), context(site, kit.getKitId()))),
                  new KitLabel(kit.getLot(), date(field, kit.getExpiryDate())))));
    }
    return delivered;
  }

  private static Optional<LocalDate> date(String field, String text) {
    try {
      return text.isEmpty() ? Optional.empty() : Optional.of(LocalDate.parse(text));
    } catch (DateTimeException e) {
      throw Errors.invalid(field, "'%s' is no date, such as 2027-03-31".formatted(text));
    }
  }

  /** Returns the context of a kit's seal, which opens only for this kit. */
  private static String context(SiteId site, String kitId) {
    return "kit:%s/%s".formatted(site.streamId(), kitId);
  }
}
