package org.accrual.relay.recovery;

import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/** Compares what the outbox retains with what the topics hold. */
final class Reconciliation {
  /** The clocks of database and relay may differ by this much. */
  private static final Duration SKEW = Duration.ofDays(1);

  private Reconciliation() {}

  /** How often each retained record is on its topic; the topics are read after the outbox. */
  static IdTally of(RetainedOutbox outbox, TopicScan topics) throws SQLException {
    IdTally tally = new IdTally();
    outbox.ids(tally::add);
    Optional<Instant> oldest = outbox.oldest();
    if (oldest.isPresent()) {
      topics.each(outbox.aggregateTypes(), oldest.get().minus(SKEW), tally::see);
    }
    return tally;
  }
}
