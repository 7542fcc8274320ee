package org.accrual.consumers.projection;

import java.time.Instant;
import org.accrual.event.site.KitReturned;
import org.accrual.event.site.KitsDestroyed;
import org.accrual.event.site.KitsQuarantined;
import org.accrual.event.site.KitsReceived;
import org.accrual.event.site.SiteActivated;
import org.accrual.event.site.SiteCapacityChanged;
import org.accrual.event.site.SiteDeactivated;
import org.accrual.intake.Message;
import org.jspecify.annotations.Nullable;

/**
 * A row of {@code projection.site}: the fold of the site's events.
 *
 * @param stream key of the site's stream, study/site
 */
record SiteRow(
    String stream,
    String studyId,
    String siteId,
    boolean active,
    int capacity,
    String timeZone,
    long version,
    Instant updatedAt) {

  /**
   * The row after one more event. Every type of the site topic is mapped.
   *
   * @param before null if there is no row yet
   */
  static SiteRow after(@Nullable SiteRow before, Message message) {
    if (message.body() instanceof SiteActivated e) {
      return new SiteRow(
          message.stream().key(),
          e.getStudyId(),
          e.getSiteId(),
          true,
          e.getCapacity(),
          e.getTimeZone(),
          message.version(),
          message.time());
    }
    if (before == null) {
      throw BrokenStream.withoutBeginning(message);
    }
    return switch (message.body()) {
      case SiteCapacityChanged e -> before.with(before.active, e.getCapacity(), message);
      case SiteDeactivated _ -> before.with(false, before.capacity, message);
      case KitsReceived _, KitsQuarantined _, KitReturned _, KitsDestroyed _ ->
          before.with(before.active, before.capacity, message);
      default -> throw BrokenStream.unmapped(message);
    };
  }

  private SiteRow with(boolean nowActive, int nowCapacity, Message message) {
    return new SiteRow(
        stream,
        studyId,
        siteId,
        nowActive,
        nowCapacity,
        timeZone,
        message.version(),
        message.time());
  }
}
