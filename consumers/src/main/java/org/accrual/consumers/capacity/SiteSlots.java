package org.accrual.consumers.capacity;

/**
 * A site as far as its events have arrived.
 *
 * @param version of the site's stream; 0: no event has arrived
 * @param taken how many slots are; above capacity only after the capacity was lowered
 */
record SiteSlots(long version, boolean active, int capacity, int taken) {
  static final SiteSlots UNHEARD = new SiteSlots(0, false, 0, 0);

  SiteSlots activated(long version, int capacity) {
    return new SiteSlots(version, true, capacity, taken);
  }

  SiteSlots capacityChanged(long version, int capacity) {
    return new SiteSlots(version, active, capacity, taken);
  }

  SiteSlots deactivated(long version) {
    return new SiteSlots(version, false, capacity, taken);
  }

  /** Returns the site after an event that changes no slot. */
  SiteSlots at(long version) {
    return new SiteSlots(version, active, capacity, taken);
  }

  SiteSlots taken(int more) {
    return new SiteSlots(version, active, capacity, taken + more);
  }
}
