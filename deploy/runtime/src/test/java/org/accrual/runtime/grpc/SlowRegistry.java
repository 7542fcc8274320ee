package org.accrual.runtime.grpc;

import java.lang.reflect.Proxy;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.eclipse.microprofile.metrics.MetricRegistry;
import org.eclipse.microprofile.metrics.Tag;
import org.eclipse.microprofile.metrics.Timer;

/**
 * A registry that creates no timer before {@link #proceed}, as one does whose lock another thread
 * holds. Its timers do nothing but record their tags when they are updated.
 */
final class SlowRegistry {
  final List<List<String>> updated = new CopyOnWriteArrayList<>();
  private final CountDownLatch creating = new CountDownLatch(1);
  private final CountDownLatch asked = new CountDownLatch(1);

  /** Returns whether a timer has been asked for, or is within that time. */
  boolean isAsked(Duration within) throws InterruptedException {
    return asked.await(within.toMillis(), TimeUnit.MILLISECONDS);
  }

  void proceed() {
    creating.countDown();
  }

  MetricRegistry registry() {
    return proxy(
        MetricRegistry.class,
        arguments -> {
          asked.countDown();
          creating.await();
          List<String> tags = List.of((Tag[]) arguments[1]).stream().map(Tag::getTagValue).toList();
          return proxy(Timer.class, _ -> updated.add(tags) ? null : null);
        });
  }

  @FunctionalInterface
  private interface Answer {
    Object to(Object[] arguments) throws InterruptedException;
  }

  private static <T> T proxy(Class<T> type, Answer answer) {
    return type.cast(
        Proxy.newProxyInstance(
            SlowRegistry.class.getClassLoader(),
            new Class<?>[] {type},
            (_, _, arguments) -> answer.to(arguments)));
  }
}
