package org.accrual.core.eventstore;

import java.time.Instant;

/** Drops answers and finished operations that have been kept long enough. */
public final class Retention {
  private final Database database;

  public Retention(Database database) {
    this.database = database;
  }

  /**
   * What was dropped.
   *
   * @param requests kept answers
   * @param operations finished ones; those under way stay
   */
  public record Dropped(int requests, int operations) {}

  /** Drops what expired before {@code now}. Safe beside other processes that do the same. */
  public Dropped dropExpired(Instant now) {
    return database.inTransaction(
        session ->
            new Dropped(
                session
                    .createMutationQuery("delete RequestRow where expiresAt < :now")
                    .setParameter("now", now)
                    .executeUpdate(),
                session
                    .createMutationQuery(
                        "delete OperationRow where expiresAt < :now"
                            + " and stage in ('confirmed', 'rejected')")
                    .setParameter("now", now)
                    .executeUpdate()));
  }
}
