package org.accrual.consumers.capacity;

import java.time.Instant;

/** What becomes of a command. */
sealed interface SlotDecision {

  /** The site and the attempt's slot afterwards, which may be as before; the slot is the answer. */
  record Decided(SiteSlots site, Slot slot) implements SlotDecision {}

  /** News that it rests on has not come; it waits for it so long. */
  record Wait(Instant until) implements SlotDecision {}

  /** Too late: nothing changes and nobody waits for an answer. */
  record Lapsed() implements SlotDecision {}
}
