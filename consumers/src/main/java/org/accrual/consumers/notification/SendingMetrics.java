package org.accrual.consumers.notification;

import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.accrual.runtime.metrics.Meters;
import org.eclipse.microprofile.metrics.Counter;
import org.eclipse.microprofile.metrics.Tag;

/**
 * Counts {@code accrual_notification_outcomes_total} on {@code /metrics}, with the tags {@code
 * channel} and {@code outcome}: {@code sent}, {@code refused}, {@code notaccepted}, {@code
 * postponed}, {@code indoubt}, {@code skipped}.
 */
final class SendingMetrics {
  private final Map<Class<?>, Counter> counters;
  private final Counter doubts;

  SendingMetrics(Meters meters, Channel channel) {
    Tag tag = new Tag("channel", channel.inSql());
    counters =
        Stream.of(Outcome.class.getPermittedSubclasses())
            .collect(
                Collectors.toUnmodifiableMap(
                    outcome -> outcome,
                    outcome ->
                        meters.counter(
                            "accrual_notification_outcomes",
                            tag,
                            new Tag("outcome", outcome.getSimpleName().toLowerCase(Locale.ROOT)))));
    doubts = of(Outcome.InDoubt.class);
  }

  void count(Outcome outcome) {
    of(outcome.getClass()).inc();
  }

  void countDoubt() {
    doubts.inc();
  }

  private Counter of(Class<? extends Outcome> outcome) {
    return java.util.Objects.requireNonNull(counters.get(outcome), outcome.getSimpleName());
  }
}
