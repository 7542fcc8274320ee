package org.accrual.core.saga;

import java.util.Locale;
import java.util.Map;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.accrual.core.application.Operation.Stage;
import org.accrual.core.application.SagaEnd;
import org.accrual.runtime.metrics.Meters;
import org.eclipse.microprofile.metrics.Counter;
import org.eclipse.microprofile.metrics.Tag;
import org.eclipse.microprofile.metrics.Timer;

/**
 * Times sagas by outcome ({@code confirmed}, {@code rejected}): {@code accrual_saga_seconds} on
 * {@code /metrics}.
 */
public final class SagaMetrics implements Consumer<SagaEnd> {
  private final Map<Stage, Timer> timers;
  private final Counter setAside;

  /** Creates a timer for each outcome. */
  public SagaMetrics(Meters meters) {
    setAside = meters.counter("accrual_sagas_set_aside");
    timers =
        Stream.of(Stage.CONFIRMED, Stage.REJECTED)
            .collect(
                Collectors.toUnmodifiableMap(
                    stage -> stage,
                    stage ->
                        meters.timer(
                            "accrual_saga",
                            new Tag("outcome", stage.name().toLowerCase(Locale.ROOT)))));
  }

  /** Counts a saga that could not be decided and was set aside. */
  public void setAside() {
    setAside.inc();
  }

  /** Never fails, since it is called within the saga's transaction. */
  @Override
  public void accept(SagaEnd end) {
    Timer timer = timers.get(end.outcome());
    if (timer != null) {
      timer.update(end.took());
    }
  }
}
