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
 * Four sessions that commit one row at a time, each at its own beat; one that falls behind catches
 * up, so a stall is seen in the figures.
 */
final class SteadyWriters {
  /** More than any machine does: as fast as it goes. */
  static final int UNBOUNDED = 1_000_000;

  private static final int WRITERS = 4;

  /** Sets what is inserted. */
  @FunctionalInterface
  interface Row {
    void set(PreparedStatement insert, UUID id) throws SQLException;
  }

  private SteadyWriters() {}

  /**
   * Returns when the time is over.
   *
   * @param committed is told each id, and when the answer to its COMMIT came
   */
  static void run(
      Stand stand, int rate, Duration time, String sql, Row row, ObjLongConsumer<UUID> committed)
      throws InterruptedException, ExecutionException {
    long begin = System.nanoTime();
    long beat = TimeUnit.SECONDS.toNanos(1) * WRITERS / rate;
    try (ExecutorService threads = Executors.newFixedThreadPool(WRITERS)) {
      List<Future<?>> writers = new ArrayList<>();
      for (int writer = 0; writer < WRITERS; writer++) {
        long first = begin + beat * writer / WRITERS;
        writers.add(
            threads.submit(
                () -> {
                  try (Connection connection = stand.connect();
                      PreparedStatement insert = connection.prepareStatement(sql)) {
                    for (long at = first; System.nanoTime() < begin + time.toNanos(); at += beat) {
                      LockSupport.parkNanos(at - System.nanoTime());
                      UUID id = UUID.randomUUID();
                      row.set(insert, id);
                      insert.executeUpdate();
                      committed.accept(id, System.nanoTime());
                    }
                  }
                  return null;
                }));
      }
      for (Future<?> writer : writers) {
        writer.get();
      }
    }
  }
}
