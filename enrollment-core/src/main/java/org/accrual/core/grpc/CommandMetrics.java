package org.accrual.core.grpc;

import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import org.eclipse.microprofile.metrics.MetricRegistry;
import org.eclipse.microprofile.metrics.Tag;

/** Counts commands by method and outcome: {@code accrual_commands_total} on {@code /metrics}. */
@ApplicationScoped
class CommandMetrics {
  private static final String COMMANDS = "accrual_commands";

  private final MetricRegistry registry;

  @Inject
  CommandMetrics(MetricRegistry registry) {
    this.registry = registry;
  }

  /**
   * Counts one.
   *
   * @param method full name of the call
   * @param outcome accepted, refused, request-id-reused, contended, unavailable or failed
   */
  void count(String method, String outcome) {
    String name = method.substring(method.lastIndexOf('/') + 1);
    registry.counter(COMMANDS, new Tag("method", name), new Tag("outcome", outcome)).inc();
  }
}
