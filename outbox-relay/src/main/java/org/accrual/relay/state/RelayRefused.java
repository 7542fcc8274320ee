package org.accrual.relay.state;

/** Unwinds the source after a refusal, which by then stands in the relay's life. */
public final class RelayRefused extends RuntimeException {
  public RelayRefused(Refusal refusal) {
    super(refusal.toString());
  }
}
