package org.accrual.relay.stream.source;

import java.time.Instant;
import org.accrual.relay.stream.outbox.OutboxRow;

/** What a record of the engine means to the relay. */
sealed interface Change {
  /** A row was inserted into the outbox. */
  record Row(long transaction, OutboxRow row) implements Change {}

  /**
   * The stream passed a heartbeat of the relay, which is outside of any transaction.
   *
   * @param publicationVersion of the publication when it was written
   */
  record Idle(long lsn, Instant at, String publicationVersion) implements Change {}

  /** Nothing to act on. */
  record Nothing() implements Change {
    static final Nothing INSTANCE = new Nothing();
  }
}
