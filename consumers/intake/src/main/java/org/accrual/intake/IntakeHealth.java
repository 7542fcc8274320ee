package org.accrual.intake;

import org.eclipse.microprofile.health.HealthCheck;
import org.eclipse.microprofile.health.HealthCheckResponse;

/** {@code /health/ready}: up while the consumer takes everything in; down with what hinders it. */
public final class IntakeHealth implements HealthCheck {
  private final IntakeLoop loop;

  public IntakeHealth(IntakeLoop loop) {
    this.loop = loop;
  }

  @Override
  public HealthCheckResponse call() {
    IntakeState state = loop.state();
    var answer =
        HealthCheckResponse.named("intake-" + loop.subscription().consumer())
            .status(state.isReady())
            .withData("state", state.name());
    String trouble = loop.trouble();
    return (trouble.isEmpty() ? answer : answer.withData("trouble", trouble)).build();
  }
}
