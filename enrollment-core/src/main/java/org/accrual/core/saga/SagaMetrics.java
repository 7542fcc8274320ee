package org.accrual.core.saga;

import java.util.Locale;
import java.util.function.Consumer;
import org.accrual.core.application.SagaEnd;
import org.eclipse.microprofile.metrics.MetricRegistry;
import org.eclipse.microprofile.metrics.Tag;

/**
 * How long sagas took, by outcome ({@code confirmed}, {@code rejected}): {@code
 * accrual_saga_seconds} on {@code /metrics}.
 */
public final class SagaMetrics implements Consumer<SagaEnd> {
  private final MetricRegistry registry;

  public SagaMetrics(MetricRegistry registry) {
    this.registry = registry;
  }

  @Override
  public void accept(SagaEnd end) {
    String outcome = end.outcome().name().toLowerCase(Locale.ROOT);
    registry.timer("accrual_saga", new Tag("outcome", outcome)).update(end.took());
  }
}
