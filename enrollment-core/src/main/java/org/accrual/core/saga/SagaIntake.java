package org.accrual.core.saga;

import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.context.BeforeDestroyed;
import jakarta.enterprise.context.Initialized;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Inject;
import java.time.Duration;
import java.util.List;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.accrual.contract.Readers;
import org.accrual.core.eventstore.Database;
import org.accrual.intake.BatchHops;
import org.accrual.intake.HopNotes;
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
import org.eclipse.microprofile.health.HealthCheckResponseBuilder;
import org.eclipse.microprofile.health.Readiness;

/**
 * Takes participants' answers in, from the start of the process to its stop. Without Kafka, and
 * without the registry, commands are accepted all the same, so that the process is ready; sagas
 * stand still then, which the check says.
 */
@Readiness
@ApplicationScoped
public class SagaIntake implements HealthCheck {
  /** Of its consumer, also in the dead letters. */
  public static final String NAME = "enrollment-core-saga";

  private static final Logger LOG = Logger.getLogger(SagaIntake.class.getName());
  private static final Duration STOP_WITHIN = Duration.ofSeconds(10);

  private final boolean enabled;
  private final IntakeLoop loop;
  private final RedriveLoop redrives;
  private final LagReport report;
  private final HopNotes hops;
  private final TopicIds topicIds;

  @Inject
  SagaIntake(
      SagaSettings settings,
      SagaConsumer consumer,
      Meters meters,
      Database database,
      HopNotes hops) {
    this.enabled = settings.enabled();
    this.topicIds = new TopicIds(settings.intake().bootstrapServers());
    this.loop =
        new IntakeLoop(
            new Subscription(NAME, Readers.topicsOf(NAME)),
            settings.intake(),
            consumer,
            new BatchHops(NAME, hops, new IntakeMetrics(meters, NAME)),
            new OffsetTable(NAME, database.sagas(), topicIds));
    this.redrives = new RedriveLoop(NAME, consumer, settings.intake().retryPause());
    this.report = new LagReport("enrollment-core", database.sagas(), List.of(loop));
    this.hops = hops;
  }

  void start(@Observes @Initialized(ApplicationScoped.class) Object event) {
    if (enabled) {
      loop.start();
      redrives.start();
    }
    report.start();
  }

  void stop(@Observes @BeforeDestroyed(ApplicationScoped.class) Object event) {
    loop.beginStop();
    redrives.beginStop();
    report.stop();
    try {
      if (!loop.awaitStop(STOP_WITHIN)) {
        LOG.log(
            Level.WARNING,
            "the intake did not stop in time; nothing is lost, what it was doing is done again");
      }
      hops.stop();
      topicIds.close();
    } catch (InterruptedException stopping) {
      Thread.currentThread().interrupt();
    }
  }

  /** Whether answers are read: not while Kafka, the registry or the database is away. */
  boolean readsAnswers() {
    return loop.state().isReady();
  }

  @Override
  public HealthCheckResponse call() {
    HealthCheckResponseBuilder check = HealthCheckResponse.named("intake-" + NAME).up();
    if (!enabled) {
      return check.withData("state", "not enabled here").build();
    }
    String trouble = loop.trouble();
    check.withData("state", loop.state().name());
    return (trouble.isEmpty() ? check : check.withData("trouble", trouble)).build();
  }
}
