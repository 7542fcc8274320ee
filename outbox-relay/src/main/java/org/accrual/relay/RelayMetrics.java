package org.accrual.relay;

import static jakarta.interceptor.Interceptor.Priority.LIBRARY_BEFORE;

import jakarta.annotation.Priority;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.context.Initialized;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Inject;
import org.eclipse.microprofile.metrics.Metadata;
import org.eclipse.microprofile.metrics.MetricRegistry;
import org.eclipse.microprofile.metrics.MetricUnits;
import org.eclipse.microprofile.metrics.Tag;

/** The relay's own numbers on {@code /metrics}. */
@ApplicationScoped
class RelayMetrics {
  private final MetricRegistry registry;
  private final RelayLife life;

  @Inject
  RelayMetrics(MetricRegistry registry, RelayLife life) {
    this.registry = registry;
    this.life = life;
  }

  void register(
      @Observes @Priority(LIBRARY_BEFORE) @Initialized(ApplicationScoped.class) Object on) {
    registry.gauge(
        named("relay_records", "Outbox records relayed since the process started", "records"),
        life,
        RelayLife::records);
    registry.gauge(
        named(
            "relay_transactions",
            "Source transactions relayed since the process started",
            "transactions"),
        life,
        RelayLife::transactions);
    registry.gauge(
        named(
            "relay_lag",
            "Age of the newest change known to be on the topics; a heartbeat counts as one",
            MetricUnits.SECONDS),
        life,
        RelayLife::lagSeconds);
    for (RelayState state : RelayState.values()) {
      registry.gauge(
          named("relay_state", "1 for the state the relay is in", MetricUnits.NONE),
          life,
          current -> current.stand().state() == state ? 1 : 0,
          new Tag("state", state.label()));
    }
  }

  private static Metadata named(String name, String description, String unit) {
    return Metadata.builder().withName(name).withDescription(description).withUnit(unit).build();
  }
}
