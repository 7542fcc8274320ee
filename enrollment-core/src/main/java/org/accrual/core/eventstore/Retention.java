package org.accrual.core.eventstore;

import java.time.Duration;
import java.time.Instant;

/** Drops answers and finished operations that have been kept long enough. */
public final class Retention {
  private static final Duration QUESTIONS = Duration.ofHours(1);

  private final Database database;

  public Retention(Database database) {
    this.database = database;
  }

  /**
   * What was dropped.
   *
   * @param requests kept answers; that of an operation that is kept stays
   * @param operations finished ones; those under way stay
   */
  public record Dropped(int requests, int operations) {}

  /** Drops what expired before {@code now}. Safe beside other processes that do the same. */
  public Dropped dropExpired(Instant now) {
    return database.inTransaction(
        session -> {
          int operations =
              session
                  .createMutationQuery(
                      "delete OperationRow where expiresAt < :now"
                          + " and stage in ('confirmed', 'rejected')")
                  .setParameter("now", now)
                  .executeUpdate();
          int requests =
              session
                  .createMutationQuery(
                      "delete RequestRow r where r.expiresAt < :now and not exists"
                          + " (select 1 from OperationRow o where o.operationId = r.operationId)")
                  .setParameter("now", now)
                  .executeUpdate();
          // Whoever asked has its answer, or has gone with its process.
          session
              .createNativeMutationQuery(
                  "delete from enrollment.unblinding where asked_at < :before")
              .setParameter("before", now.minus(QUESTIONS))
              .executeUpdate();
          return new Dropped(requests, operations);
        });
  }
}
