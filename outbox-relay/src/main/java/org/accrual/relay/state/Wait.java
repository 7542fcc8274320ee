package org.accrual.relay.state;

/**
 * Why the relay makes no progress at the moment, and what an operator can do. It goes on by itself
 * once the cause is gone.
 */
public record Wait(Reason reason, String detail, String remedy) {

  /** Names that dashboards and runbooks can rely on. */
  public enum Reason {
    /** An outbox record of Accrual's own cannot be made a Kafka record as things stand. */
    RECORD_UNFIT,
    /** A transaction of another producer hides the newest checkpoint. */
    TRANSACTION_OPEN
  }

  @Override
  public String toString() {
    return "%s: %s; %s".formatted(reason, detail, remedy);
  }
}
