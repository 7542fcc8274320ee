package org.accrual.consumers.capacity;

import org.accrual.consumers.capacity.SlotDecision.Decided;
import org.accrual.consumers.capacity.SlotDecision.Lapsed;
import org.accrual.consumers.capacity.SlotDecision.Wait;

/** The rules for slots. Total and pure. */
final class SlotDecider {
  private SlotDecider() {}

  /**
   * @param siteVersion of the site's stream that the request was accepted on
   */
  static SlotDecision reserve(SiteSlots site, Slot slot, long siteVersion) {
    return switch (slot) {
      case NONE -> site.version() < siteVersion ? new Wait() : decide(site);
      // Asked again: the first answer again, whatever the site is like by now.
      case RESERVED, EXHAUSTED, INACTIVE -> new Decided(site, slot);
      // Overtaken by its own release.
      case RELEASED -> new Lapsed();
    };
  }

  private static SlotDecision decide(SiteSlots site) {
    if (!site.active()) {
      return new Decided(site, Slot.INACTIVE);
    }
    if (site.taken() >= site.capacity()) {
      return new Decided(site, Slot.EXHAUSTED);
    }
    return new Decided(site.taken(1), Slot.RESERVED);
  }

  /** Always answered, so that compensation ends; without a reservation it bars a later one. */
  static Decided release(SiteSlots site, Slot slot) {
    return switch (slot) {
      case RESERVED -> new Decided(site.taken(-1), Slot.RELEASED);
      case NONE, EXHAUSTED, INACTIVE, RELEASED -> new Decided(site, Slot.RELEASED);
    };
  }
}
