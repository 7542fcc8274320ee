package org.accrual.consumers;

import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.context.BeforeDestroyed;
import jakarta.enterprise.context.Initialized;
import jakarta.enterprise.event.Observes;
import jakarta.enterprise.inject.Instance;
import jakarta.inject.Inject;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.logging.Level;
import java.util.logging.Logger;
import javax.sql.DataSource;
import org.accrual.consumers.database.EffectsPool;
import org.accrual.intake.BatchHops;
import org.accrual.intake.HopNotes;
import org.accrual.intake.IntakeHealth;
import org.accrual.intake.IntakeLoop;
import org.accrual.intake.IntakeMetrics;
import org.accrual.intake.LagReport;
import org.accrual.intake.OffsetTable;
import org.accrual.intake.RedriveLoop;
import org.accrual.intake.Subscription;
import org.accrual.intake.TopicIds;
import org.accrual.runtime.metrics.Meters;
import org.eclipse.microprofile.health.HealthCheck;
import org.eclipse.microprofile.health.HealthCheckResponse;

/** Runs the loops of each consumer that is enabled, from the start of the process to its stop. */
@ApplicationScoped
public class ConsumerLoops {
  private static final Logger LOG = Logger.getLogger(ConsumerLoops.class.getName());

  private final ConsumersSettings settings;
  private final List<IntakeLoop> loops = new ArrayList<>();
  private final List<RedriveLoop> redrives = new ArrayList<>();

  private final HopNotes hops;
  private final LagReport lag;
  private final TopicIds topicIds;

  @Inject
  ConsumerLoops(
      ConsumersSettings settings,
      Instance<EventConsumer> consumers,
      Meters meters,
      @EffectsPool DataSource database,
      HopNotes hops) {
    this.settings = settings;
    this.hops = hops;
    topicIds = new TopicIds(settings.intake().bootstrapServers());
    for (EventConsumer consumer : consumers) {
      if (settings.enabled().contains(consumer.name())) {
        loops.add(
            new IntakeLoop(
                new Subscription(consumer.name(), consumer.topics()),
                settings.intake(),
                consumer,
                new BatchHops(consumer.name(), hops, new IntakeMetrics(meters, consumer.name())),
                new OffsetTable(consumer.name(), database, topicIds)));
        redrives.add(new RedriveLoop(consumer.name(), consumer, settings.intake().retryPause()));
      }
    }
    lag = new LagReport("consumers", database, loops);
  }

  void start(@Observes @Initialized(ApplicationScoped.class) Object event) {
    loops.forEach(IntakeLoop::start);
    redrives.forEach(RedriveLoop::start);
    lag.start();
  }

  /** Batches under way are finished and their offsets committed, all loops within one time. */
  void stop(@Observes @BeforeDestroyed(ApplicationScoped.class) Object event) {
    loops.forEach(IntakeLoop::beginStop);
    redrives.forEach(RedriveLoop::beginStop);
    lag.stop();
    long until = System.nanoTime() + settings.stopWithin().toNanos();
    try {
      for (IntakeLoop loop : loops) {
        if (!loop.awaitStop(Duration.ofNanos(until - System.nanoTime()))) {
          LOG.log(
              Level.WARNING,
              "{0} did not stop in time; nothing is lost, what it was doing is done again",
              loop.subscription().consumer());
        }
      }
      for (RedriveLoop redrive : redrives) {
        var _ = redrive.awaitStop(Duration.ofNanos(until - System.nanoTime()));
      }
      hops.stop();
      topicIds.close();
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  /** The check of a consumer; one that does not run here is no reason not to be ready. */
  public HealthCheck health(String consumer) {
    return loops.stream()
        .filter(loop -> loop.subscription().consumer().equals(consumer))
        .<HealthCheck>map(IntakeHealth::new)
        .findFirst()
        .orElse(
            () ->
                HealthCheckResponse.named("intake-" + consumer)
                    .up()
                    .withData("state", "not enabled here")
                    .build());
  }
}
