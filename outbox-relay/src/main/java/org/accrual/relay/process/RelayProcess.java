package org.accrual.relay.process;

import jakarta.annotation.Priority;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.context.BeforeDestroyed;
import jakarta.enterprise.context.Initialized;
import jakarta.enterprise.event.Observes;
import jakarta.enterprise.inject.Produces;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.accrual.relay.state.RelayLife;
import org.accrual.runtime.Settings;
import org.accrual.runtime.metrics.Meters;

/** Starts the relay with the process, stops it before the process, ends the process on failure. */
@ApplicationScoped
class RelayProcess {
  private static final Logger LOG = Logger.getLogger(RelayProcess.class.getName());

  private final RelayLife life = new RelayLife();
  private final Relay relay =
      new Relay(RelaySettings.read(Settings.load()), life, RelayProcess::end);

  void start(@Observes @Initialized(ApplicationScoped.class) Object on, Meters meters) {
    var _ = new RelayMetrics(meters, life);
    relay.start();
  }

  /** Stops the relay before HTTP closes, so that health reports the draining. */
  void stop(
      @Observes @Priority(Integer.MIN_VALUE) @BeforeDestroyed(ApplicationScoped.class) Object off) {
    relay.stop();
  }

  @Produces
  RelayLife life() {
    return life;
  }

  /**
   * Ends the process at once and without a shutdown's steps, like a crash: every crash is safe by
   * design, and a slow way out would only be one more thing to prove.
   */
  private static void end(Throwable cause) {
    LOG.log(
        Level.SEVERE,
        "the relay failed and ends; started again it continues from the checkpoint. If this repeats, fix"
            + " the cause:",
        cause);
    Runtime.getRuntime().halt(1);
  }
}
