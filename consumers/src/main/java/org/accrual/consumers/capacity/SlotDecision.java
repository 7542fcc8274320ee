package org.accrual.consumers.capacity;

/** The decision on a command. */
sealed interface SlotDecision {

  /**
   * Site, study and the attempt's reservation afterwards, which may be as before; the reservation's
   * slot is the answer.
   */
  record Decided(SiteSlots site, StudyLimits study, Reservation reservation)
      implements SlotDecision {}

  /** It waits for events of site or study up to the versions that the request was accepted on. */
  record Wait() implements SlotDecision {}

  /** It was released before: nothing changes, and no answer is expected. */
  record Lapsed() implements SlotDecision {}
}
