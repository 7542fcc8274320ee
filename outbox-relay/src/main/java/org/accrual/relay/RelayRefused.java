package org.accrual.relay;

import org.accrual.relay.slot.Refusal;

/** Unwinds the source after a refusal, which by then stands in the relay's life. */
final class RelayRefused extends RuntimeException {
  RelayRefused(Refusal refusal) {
    super(refusal.toString());
  }
}
