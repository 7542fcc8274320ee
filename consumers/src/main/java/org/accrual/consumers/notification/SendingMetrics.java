package org.accrual.consumers.notification;

import java.util.Locale;
import org.eclipse.microprofile.metrics.MetricRegistry;
import org.eclipse.microprofile.metrics.Tag;

/**
 * {@code accrual_notification_outcomes_total} on {@code /metrics}, with the tags {@code channel}
 * and {@code outcome}: {@code sent}, {@code refused}, {@code notaccepted}, {@code postponed},
 * {@code indoubt}, {@code skipped}.
 */
final class SendingMetrics {
  private final MetricRegistry registry;
  private final Tag channel;

  SendingMetrics(MetricRegistry registry, Channel channel) {
    this.registry = registry;
    this.channel = new Tag("channel", channel.inSql());
  }

  void count(Outcome outcome) {
    count(outcome.getClass().getSimpleName().toLowerCase(Locale.ROOT));
  }

  void countDoubt() {
    count("indoubt");
  }

  private void count(String outcome) {
    registry.counter("accrual_notification_outcomes", channel, new Tag("outcome", outcome)).inc();
  }
}
