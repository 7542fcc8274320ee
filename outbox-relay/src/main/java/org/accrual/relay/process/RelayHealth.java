package org.accrual.relay.process;

import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import org.accrual.relay.state.Refusal;
import org.accrual.relay.state.RelayLife;
import org.accrual.relay.state.Wait;
import org.accrual.runtime.Settings;
import org.eclipse.microprofile.health.HealthCheck;
import org.eclipse.microprofile.health.HealthCheckResponse;
import org.eclipse.microprofile.health.HealthCheckResponseBuilder;
import org.eclipse.microprofile.health.Readiness;

/**
 * Reports readiness. A relay is ready while it streams, takes over, or waits for the slot: of
 * several relays all but one wait, and a rolling update must not wait for them. Its state, the
 * reason why it refuses or waits, and a warning when the slot keeps much WAL are in the data.
 */
@Readiness
@ApplicationScoped
class RelayHealth implements HealthCheck {
  private final RelayLife life;
  private final long retainedWarning;

  @Inject
  RelayHealth(RelayLife life) {
    this(life, RelaySettings.read(Settings.load()).retainedWarning());
  }

  RelayHealth(RelayLife life, long retainedWarning) {
    this.life = life;
    this.retainedWarning = retainedWarning;
  }

  @Override
  public HealthCheckResponse call() {
    RelayLife.Stand stand = life.stand();
    HealthCheckResponseBuilder health =
        HealthCheckResponse.named("relay")
            .status(stand.state().isReady())
            .withData("state", stand.state().label())
            .withData("since", stand.since().toString())
            .withData("checkpoint", life.checkpoint().toString())
            .withData("lag_bytes", life.backlog().lagBytes())
            .withData("retained_wal_bytes", life.backlog().retainedBytes());
    if (life.backlog().retainedBytes() > retainedWarning) {
      health.withData("warning", "the slot keeps much WAL: check what delays the relay");
    }
    stand.refusal().ifPresent(refusal -> add(health, refusal));
    life.waiting().ifPresent(wait -> add(health.withData("waiting", true), wait));
    return health.build();
  }

  private static void add(HealthCheckResponseBuilder health, Refusal refusal) {
    add(health, refusal.reason().name(), refusal.detail(), refusal.remedy());
  }

  private static void add(HealthCheckResponseBuilder health, Wait wait) {
    add(health, wait.reason().name(), wait.detail(), wait.remedy());
  }

  private static void add(
      HealthCheckResponseBuilder health, String reason, String detail, String remedy) {
    health.withData("reason", reason).withData("detail", detail).withData("remedy", remedy);
  }
}
