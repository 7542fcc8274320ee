package org.accrual.intake;

import java.util.Optional;
import javax.sql.DataSource;
import org.accrual.runtime.Settings;

/**
 * Whether a process notes hops, and how many.
 *
 * @param perSecond most hops written a second: 1 to 100,000; what is above, once four times as many
 *     wait, is left out
 */
public record HopSettings(boolean enabled, int perSecond) {

  /** Keys {@code accrual.flow.hops} (true), {@code accrual.flow.hops-per-second} (5000). */
  public static HopSettings read(Settings settings) {
    return new HopSettings(
        settings.flag("accrual.flow.hops", true),
        settings.integer("accrual.flow.hops-per-second", 5000, 1, 100_000));
  }

  /**
   * The writer; empty where none are noted.
   *
   * @param database connections with autocommit off
   */
  public Optional<HopWriter> writer(DataSource database) {
    return enabled ? Optional.of(new HopWriter(database, perSecond)) : Optional.empty();
  }
}
