package org.accrual.consumers.projection;

import java.time.Instant;
import org.accrual.event.site.SiteActivated;
import org.accrual.event.site.SiteCapacityChanged;
import org.accrual.event.site.SiteDeactivated;
import org.accrual.intake.Message;
import org.jspecify.annotations.Nullable;

/** What one or more successive events change of a site. What is null stays as it was. */
record SiteChange(
    Site site,
    @Nullable Boolean active,
    @Nullable Integer capacity,
    @Nullable String timeZone,
    long version,
    Instant updatedAt)
    implements Change {

  /** A site of a study. */
  record Site(String studyId, String siteId) {}

  static SiteChange activated(Message message, SiteActivated e) {
    return new SiteChange(
        new Site(e.getStudyId(), e.getSiteId()),
        true,
        e.getCapacity(),
        e.getTimeZone(),
        message.version(),
        message.time());
  }

  static SiteChange capacityChanged(Message message, SiteCapacityChanged e) {
    return new SiteChange(
        new Site(e.getStudyId(), e.getSiteId()),
        null,
        e.getCapacity(),
        null,
        message.version(),
        message.time());
  }

  static SiteChange deactivated(Message message, SiteDeactivated e) {
    return new SiteChange(
        new Site(e.getStudyId(), e.getSiteId()),
        false,
        null,
        null,
        message.version(),
        message.time());
  }

  /** This change and then a later one of the same site, as one. */
  SiteChange then(SiteChange later) {
    return new SiteChange(
        site,
        later.active == null ? active : later.active,
        later.capacity == null ? capacity : later.capacity,
        later.timeZone == null ? timeZone : later.timeZone,
        later.version,
        later.updatedAt);
  }
}
