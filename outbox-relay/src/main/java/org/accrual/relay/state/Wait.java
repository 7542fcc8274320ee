package org.accrual.relay.state;

/**
 * Explains why the relay makes no progress at the moment, and what an operator can do. It continues
 * by itself once the cause is gone.
 */
public record Wait(Reason reason, String detail, String remedy) {

  /** Names that dashboards and runbooks can rely on. */
  public enum Reason {
    /** An outbox record of Accrual's own cannot be made a Kafka record as things stand. */
    RECORD_UNFIT,
    /** A transaction of another producer hides the newest checkpoint. */
    TRANSACTION_OPEN
  }

  public static Wait recordUnfit(String detail) {
    return new Wait(
        Reason.RECORD_UNFIT,
        detail,
        "register its schema, raise the topic's max.message.bytes or upgrade the relay");
  }

  public static Wait transactionOpen(String detail) {
    return new Wait(
        Reason.TRANSACTION_OPEN,
        detail,
        "the broker ends it by its timeout; kafka-transactions.sh finds and aborts a hanging"
            + " transaction");
  }

  @Override
  public String toString() {
    return "%s: %s; %s".formatted(reason, detail, remedy);
  }
}
