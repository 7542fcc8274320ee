package org.accrual.relay.state;

/** Unwinds the source after a refusal, which the relay's state has by then. */
public final class RelayRefusedException extends RuntimeException {
  public RelayRefusedException(Refusal refusal) {
    super(refusal.toString());
  }
}
