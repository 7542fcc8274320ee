package org.accrual.runtime.metrics;

import jakarta.enterprise.context.Dependent;
import jakarta.inject.Inject;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import org.eclipse.microprofile.metrics.Counter;
import org.eclipse.microprofile.metrics.MetricRegistry;
import org.eclipse.microprofile.metrics.Tag;
import org.eclipse.microprofile.metrics.Timer;

/**
 * Creates meters, one at a time in the whole process. It is the only class that calls the creating
 * methods of a {@link MetricRegistry}: Helidon and Micrometer each hold a lock while they call the
 * other, so that creating meters on several threads can block all of them forever.
 *
 * <p>Create meters while the process starts and keep them. Never call this class while serving a
 * call or holding a lock.
 */
@Dependent
public final class Meters {
  private static final ReentrantLock CREATING = new ReentrantLock();

  private final MetricRegistry registry;

  /** Creates meters in that registry. */
  @Inject
  public Meters(MetricRegistry registry) {
    this.registry = registry;
  }

  /** Returns the counter with that name and tags. */
  public Counter counter(String name, Tag... tags) {
    return create(() -> registry.counter(name, tags));
  }

  /** Returns the timer with that name and tags. */
  public Timer timer(String name, Tag... tags) {
    return create(() -> registry.timer(name, tags));
  }

  /**
   * Registers a gauge with that name and tags.
   *
   * @param value is called at each scrape; must not block
   */
  public <N extends Number> void gauge(String name, Supplier<N> value, Tag... tags) {
    var _ = create(() -> registry.gauge(name, value, tags));
  }

  private static <M> M create(Supplier<M> creation) {
    CREATING.lock();
    try {
      return creation.get();
    } finally {
      CREATING.unlock();
    }
  }
}
