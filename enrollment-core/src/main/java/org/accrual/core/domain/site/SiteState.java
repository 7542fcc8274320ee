package org.accrual.core.domain.site;

import java.time.ZoneId;

/** Whether a site is active. The fold of its events. */
public sealed interface SiteState {

  /** Never activated. */
  record Unknown() implements SiteState {}

  /** A site that has been active at least once. */
  sealed interface Known extends SiteState {
    int capacity();

    ZoneId timeZone();
  }

  /** May enroll. */
  record Active(int capacity, ZoneId timeZone) implements Known {}

  /** Enrolls no one new; those it has go on. */
  record Inactive(int capacity, ZoneId timeZone) implements Known {}

  static SiteState initial() {
    return new Unknown();
  }

  /** The state after one more event, which was decided on this state. */
  default SiteState apply(SiteEvent event) {
    return switch (event) {
      case SiteEvent.SiteActivated(_, int capacity, ZoneId zone) -> new Active(capacity, zone);
      case SiteEvent.SiteCapacityChanged changed ->
          new Active(changed.capacity(), known(changed).timeZone());
      // The kits' states are not the site's.
      case SiteEvent.KitsReceived _,
          SiteEvent.KitsQuarantined _,
          SiteEvent.KitReturned _,
          SiteEvent.KitsDestroyed _ ->
          known(event);
      case SiteEvent.SiteDeactivated deactivated -> {
        Known before = known(deactivated);
        yield new Inactive(before.capacity(), before.timeZone());
      }
    };
  }

  private Known known(SiteEvent next) {
    return switch (this) {
      case Known known -> known;
      case Unknown() -> throw new IllegalStateException(next + " before SiteActivated");
    };
  }
}
