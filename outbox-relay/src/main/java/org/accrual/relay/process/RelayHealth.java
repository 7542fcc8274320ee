package org.accrual.relay.process;

import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import org.accrual.relay.state.Refusal;
import org.accrual.relay.state.RelayLife;
import org.accrual.relay.state.RelayState;
import org.accrual.runtime.Settings;
import org.eclipse.microprofile.health.HealthCheck;
import org.eclipse.microprofile.health.HealthCheckResponse;
import org.eclipse.microprofile.health.HealthCheckResponseBuilder;
import org.eclipse.microprofile.health.Readiness;

/**
 * Ready while it streams, with a warning when the slot keeps much WAL. Any other state is told with
 * its reason and what to do.
 */
@Readiness
@ApplicationScoped
class RelayHealth implements HealthCheck {
  private final RelayLife life;
  private final long retainedWarning = RelaySettings.read(Settings.load()).retainedWarning();

  @Inject
  RelayHealth(RelayLife life) {
    this.life = life;
  }

  @Override
  public HealthCheckResponse call() {
    RelayLife.Stand stand = life.stand();
    HealthCheckResponseBuilder health =
        HealthCheckResponse.named("relay")
            .status(stand.state() == RelayState.STREAMING)
            .withData("state", stand.state().label())
            .withData("since", stand.since().toString())
            .withData("checkpoint", life.checkpoint().toString())
            .withData("lag_bytes", life.backlog().lagBytes())
            .withData("retained_wal_bytes", life.backlog().retainedBytes());
    if (life.backlog().retainedBytes() > retainedWarning) {
      health.withData("warning", "the slot keeps much WAL: see what holds the relay up");
    }
    stand.refusal().ifPresent(refusal -> tell(health, refusal));
    return health.build();
  }

  private static void tell(HealthCheckResponseBuilder health, Refusal refusal) {
    health
        .withData("reason", refusal.reason().name())
        .withData("detail", refusal.detail())
        .withData("remedy", refusal.remedy());
  }
}
