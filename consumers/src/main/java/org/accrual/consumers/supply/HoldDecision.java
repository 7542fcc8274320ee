package org.accrual.consumers.supply;

import java.time.Instant;

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

  /** News that it rests on has not come; it waits for it so long. */
  record Wait(Instant until) implements HoldDecision {}

  /** Too late or out of place: nothing changes and nobody waits for an answer. */
  record Lapsed() implements HoldDecision {}
}
