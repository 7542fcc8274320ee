package org.accrual.benchmarks.relay;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.ObjLongConsumer;

/**
 * Sessions that commit one row at a time, each at its own beat; one that falls behind catches up,
 * so a stall is seen in the figures. A session waits for each flush of the WAL, so a rate needs
 * enough of them.
 */
final class SteadyWriters {
  /** More than any machine does: as fast as it goes. */
  static final int UNBOUNDED = 1_000_000;

  /** Sets the values of the row to insert. */
  @FunctionalInterface
  interface Row {
    void set(PreparedStatement insert, UUID id) throws SQLException;
  }

  private SteadyWriters() {}

  /**
   * Writes for a time.
   *
   * @param writers sessions that write at once
   * @param rate asked of all of them, rows a second
   * @param committed is called with each id, and when the answer to its COMMIT came
   * @return rows that were committed a second
   */
  static double run(
      Stand stand,
      int writers,
      int rate,
      Duration time,
      String sql,
      Row row,
      ObjLongConsumer<UUID> committed)
      throws InterruptedException, ExecutionException {
    long begin = System.nanoTime();
    long beat = TimeUnit.SECONDS.toNanos(1) * writers / rate;
    try (ExecutorService threads = Executors.newFixedThreadPool(writers)) {
      List<Future<Long>> counts = new ArrayList<>();
      for (int writer = 0; writer < writers; writer++) {
        long first = begin + beat * writer / writers;
        counts.add(
            threads.submit(
                () -> {
                  long count = 0;
                  try (Connection connection = stand.connect();
                      PreparedStatement insert = connection.prepareStatement(sql)) {
                    for (long at = first; System.nanoTime() < begin + time.toNanos(); at += beat) {
                      LockSupport.parkNanos(at - System.nanoTime());
                      UUID id = UUID.randomUUID();
                      row.set(insert, id);
                      insert.executeUpdate();
                      committed.accept(id, System.nanoTime());
                      count++;
                    }
                  }
                  return count;
                }));
      }
      long all = 0;
      for (Future<Long> count : counts) {
        all += count.get();
      }
      return all * 1e9 / (System.nanoTime() - begin);
    }
  }
}
