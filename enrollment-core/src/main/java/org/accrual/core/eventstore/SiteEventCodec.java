package org.accrual.core.eventstore;

import java.nio.ByteBuffer;
import java.time.ZoneId;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.accrual.core.domain.SealedArm;
import org.accrual.core.domain.site.KitLabel;
import org.accrual.core.domain.site.SiteEvent;
import org.accrual.core.domain.site.SiteId;
import org.accrual.event.site.KitReturned;
import org.accrual.event.site.KitsDestroyed;
import org.accrual.event.site.KitsQuarantined;
import org.accrual.event.site.KitsReceived;
import org.accrual.event.site.ReceivedKit;
import org.accrual.event.site.SiteActivated;
import org.accrual.event.site.SiteCapacityChanged;
import org.accrual.event.site.SiteDeactivated;
import org.apache.avro.specific.SpecificRecord;
import org.apache.avro.specific.SpecificRecordBase;

/** Events of a site to and from their Avro records. */
final class SiteEventCodec {
  private SiteEventCodec() {}

  static SpecificRecordBase toAvro(SiteEvent event) {
    String study = event.site().studyId();
    String site = event.site().siteId();
    return switch (event) {
      case SiteEvent.SiteActivated(_, int capacity, ZoneId timeZone) ->
          new SiteActivated(study, site, capacity, timeZone.getId());
      case SiteEvent.SiteCapacityChanged(_, int capacity) ->
          new SiteCapacityChanged(study, site, capacity);
      case SiteEvent.SiteDeactivated(_, String reason) -> new SiteDeactivated(study, site, reason);
      case SiteEvent.KitsReceived(
              _,
              List<org.accrual.core.domain.site.ReceivedKit> kits,
              String by) ->
          new KitsReceived(study, site, kits.stream().map(SiteEventCodec::kit).toList(), by);
      case SiteEvent.KitsQuarantined(_, List<String> kitIds, String reason, String by) ->
          new KitsQuarantined(study, site, kitIds, reason, by);
      case SiteEvent.KitReturned(_, String kitId, UUID enrollment, String reason, String by) ->
          new KitReturned(study, site, kitId, enrollment.toString(), reason, by);
      case SiteEvent.KitsDestroyed(_, List<String> kitIds, String reason, String by) ->
          new KitsDestroyed(study, site, kitIds, reason, by);
    };
  }

  static SiteEvent fromAvro(SpecificRecord avro) {
    return switch (avro) {
      case SiteActivated e ->
          new SiteEvent.SiteActivated(
              new SiteId(e.getStudyId(), e.getSiteId()),
              e.getCapacity(),
              ZoneId.of(e.getTimeZone()));
      case SiteCapacityChanged e ->
          new SiteEvent.SiteCapacityChanged(
              new SiteId(e.getStudyId(), e.getSiteId()), e.getCapacity());
      case SiteDeactivated e ->
          new SiteEvent.SiteDeactivated(new SiteId(e.getStudyId(), e.getSiteId()), e.getReason());
      case KitsReceived e ->
          new SiteEvent.KitsReceived(
              new SiteId(e.getStudyId(), e.getSiteId()),
              e.getKits().stream().map(SiteEventCodec::kit).toList(),
              e.getReceivedBy());
      case KitsQuarantined e ->
          new SiteEvent.KitsQuarantined(
              new SiteId(e.getStudyId(), e.getSiteId()),
              e.getKitIds(),
              e.getReason(),
              e.getQuarantinedBy());
      case KitReturned e ->
          new SiteEvent.KitReturned(
              new SiteId(e.getStudyId(), e.getSiteId()),
              e.getKitId(),
              UUID.fromString(e.getEnrollmentId()),
              e.getReason(),
              e.getReturnedBy());
      case KitsDestroyed e ->
          new SiteEvent.KitsDestroyed(
              new SiteId(e.getStudyId(), e.getSiteId()),
              e.getKitIds(),
              e.getReason(),
              e.getDestroyedBy());
      default -> throw new IllegalStateException("not of a site: " + avro.getSchema().getName());
    };
  }

  private static ReceivedKit kit(org.accrual.core.domain.site.ReceivedKit kit) {
    return new ReceivedKit(
        kit.kitId(),
        ByteBuffer.wrap(kit.arm().bytes()),
        kit.label().lot(),
        kit.label().expiryDate().orElse(null));
  }

  private static org.accrual.core.domain.site.ReceivedKit kit(ReceivedKit kit) {
    return new org.accrual.core.domain.site.ReceivedKit(
        kit.getKitId(),
        new SealedArm(AvroBytes.of(kit.getSealedArm())),
        new KitLabel(kit.getLot(), Optional.ofNullable(kit.getExpiryDate())));
  }
}
