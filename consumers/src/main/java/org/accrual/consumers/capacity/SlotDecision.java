package org.accrual.consumers.capacity;

/** What becomes of a command. */
sealed interface SlotDecision {

  /** The site and the attempt's slot afterwards, which may be as before; the slot is the answer. */
  record Decided(SiteSlots site, Slot slot) implements SlotDecision {}

  /** It waits for the site's events up to the version that the request was accepted on. */
  record Wait() implements SlotDecision {}

  /** It was released before: nothing changes, and no answer is expected. */
  record Lapsed() implements SlotDecision {}
}
