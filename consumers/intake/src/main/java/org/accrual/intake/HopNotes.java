package org.accrual.intake;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import javax.sql.DataSource;
import org.accrual.runtime.metrics.Meters;

/**
 * A process's hop log, from its start to its stop. {@code accrual_flow_hops_left_out} on {@code
 * /metrics} says how many were not written.
 */
public final class HopNotes implements HopLog {
  private static final Duration STOP_WITHIN = Duration.ofSeconds(2);

  private final Optional<HopWriter> writer;

  /**
   * @param database connections with autocommit off
   */
  public HopNotes(HopSettings settings, DataSource database, Meters meters) {
    writer = settings.writer(database);
    writer.ifPresent(w -> meters.gauge("accrual_flow_hops_left_out", w::leftOut));
    writer.ifPresent(HopWriter::start);
  }

  @Override
  public void note(int count, Supplier<List<Hop>> hops) {
    writer.ifPresent(w -> w.note(count, hops));
  }

  /** After what notes: the last ones are written, if the database is there. */
  public void stop() throws InterruptedException {
    if (writer.isPresent()) {
      writer.get().stop(STOP_WITHIN);
    }
  }
}
