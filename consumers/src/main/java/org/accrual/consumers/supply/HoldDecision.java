package org.accrual.consumers.supply;

/** What becomes of a command. */
sealed interface HoldDecision {

  /**
   * The command is answered.
   *
   * @param hold the attempt's, afterwards; may be as before
   * @param answer what the answer says of it
   */
  record Decided(Hold hold, Hold answer) implements HoldDecision {
    Decided(Hold hold) {
      this(hold, hold);
    }
  }

  /** It waits for the events of study and site that the request was accepted on. */
  record Wait() implements HoldDecision {}

  /** Released before, or out of place: nothing changes, and no answer is expected. */
  record Lapsed() implements HoldDecision {}
}
