package org.accrual.consumers.notification;

import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.context.BeforeDestroyed;
import jakarta.enterprise.context.Initialized;
import jakarta.enterprise.event.Observes;
import jakarta.enterprise.inject.Any;
import jakarta.enterprise.inject.Instance;
import jakarta.inject.Inject;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.accrual.consumers.ConsumersSettings;
import org.accrual.runtime.metrics.Meters;

/**
 * Works off what is to be sent, a loop a channel, outside of the consumer's transactions: a server
 * that is slow or away holds up nobody else.
 */
@ApplicationScoped
class NotificationSender {
  /** How many messages of a channel a process sends at once. */
  static final int AT_ONCE = 8;

  private static final Logger LOG = Logger.getLogger(NotificationSender.class.getName());

  private final Duration stopWithin;
  private final List<SendingLoop> loops = new ArrayList<>();

  @Inject
  NotificationSender(
      ConsumersSettings settings,
      NotificationTable table,
      @Any Instance<Carrier> carriers,
      Meters meters) {
    this.stopWithin = settings.stopWithin();
    Optional<NotificationSettings> notification = settings.notification();
    notification.ifPresent(
        enabled ->
            carriers.forEach(
                carrier ->
                    loops.add(
                        new SendingLoop(
                            carrier,
                            table,
                            enabled,
                            new SendingMetrics(meters, carrier.channel())))));
  }

  void start(@Observes @Initialized(ApplicationScoped.class) Object event) {
    loops.forEach(SendingLoop::start);
  }

  /** There is something new to send. */
  void wake() {
    loops.forEach(SendingLoop::wake);
  }

  /** What is being sent is finished; nothing new is begun. */
  void stop(@Observes @BeforeDestroyed(ApplicationScoped.class) Object event) {
    loops.forEach(SendingLoop::beginStop);
    long until = System.nanoTime() + stopWithin.toNanos();
    try {
      for (SendingLoop loop : loops) {
        if (!loop.awaitStop(Duration.ofNanos(until - System.nanoTime()))) {
          LOG.log(
              Level.WARNING,
              "messages were still being sent; they come into doubt when their lease is over");
        }
      }
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
