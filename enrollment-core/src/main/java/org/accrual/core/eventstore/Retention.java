package org.accrual.core.eventstore;

import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;

/**
 * Deletes responses and finished operations that have been kept long enough, a batch a transaction:
 * after a pause millions may have expired, more than one statement may take.
 */
public final class Retention {
  private static final int BATCH = 5_000;
  private static final Duration QUESTIONS = Duration.ofHours(1);

  private static final String OPERATIONS =
      """
      delete from enrollment.operation where operation_id in (
        select operation_id from enrollment.operation
         where expires_at < :before and stage in ('confirmed', 'rejected')
         limit :most)
      """;

  /** The response of an operation is kept as long as the operation. */
  private static final String REQUESTS =
      """
      delete from enrollment.request where (caller, method, request_id) in (
        select r.caller, r.method, r.request_id from enrollment.request r
         where r.expires_at < :before
           and not exists (select from enrollment.operation o where o.operation_id = r.operation_id)
         limit :most)
      """;

  /** The caller has received the answer by then, or its process has ended. */
  private static final String UNBLINDINGS =
      """
      delete from enrollment.unblinding where request_ref in (
        select request_ref from enrollment.unblinding where asked_at < :before limit :most)
      """;

  private final Database database;
  private final int batch;

  public Retention(Database database) {
    this(database, BATCH);
  }

  /**
   * Deletes in batches of another size.
   *
   * @param batch rows a transaction at most
   */
  public Retention(Database database, int batch) {
    this.database = database;
    this.batch = batch;
  }

  /**
   * The numbers of rows that were deleted.
   *
   * @param requests kept responses; that of an operation that is kept stays
   * @param operations finished ones; those in progress stay
   */
  public record Deleted(int requests, int operations) {}

  /**
   * Deletes all that expired before a time. Safe beside other processes that do the same.
   *
   * @param afterBatch is run after each batch
   */
  public Deleted deleteExpired(Instant now, Runnable afterBatch) {
    int operations = delete(OPERATIONS, now, afterBatch);
    int requests = delete(REQUESTS, now, afterBatch);
    delete(UNBLINDINGS, now.minus(QUESTIONS), afterBatch);
    return new Deleted(requests, operations);
  }

  private int delete(String statement, Instant before, Runnable afterBatch) {
    int all = 0;
    for (int deleted = batch; deleted == batch; all += deleted) {
      deleted =
          database.inTransaction(
              session ->
                  session
                      .createNativeMutationQuery(statement)
                      .setParameter("before", OffsetDateTime.ofInstant(before, ZoneOffset.UTC))
                      .setParameter("most", batch)
                      .executeUpdate());
      afterBatch.run();
    }
    return all;
  }
}
