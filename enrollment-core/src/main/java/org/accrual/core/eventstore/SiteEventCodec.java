package org.accrual.core.eventstore;

import java.nio.ByteBuffer;
import java.time.ZoneId;
import java.util.List;
import org.accrual.core.domain.SealedArm;
import org.accrual.core.domain.site.SiteEvent;
import org.accrual.core.domain.site.SiteId;
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
          new KitsReceived(
              study,
              site,
              kits.stream()
                  .map(k -> new ReceivedKit(k.kitId(), ByteBuffer.wrap(k.arm().bytes())))
                  .toList(),
              by);
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
      default -> throw new IllegalStateException("not of a site: " + avro.getSchema().getName());
    };
  }

  private static org.accrual.core.domain.site.ReceivedKit kit(ReceivedKit kit) {
    return new org.accrual.core.domain.site.ReceivedKit(
        kit.getKitId(), new SealedArm(AvroBytes.of(kit.getSealedArm())));
  }
}
