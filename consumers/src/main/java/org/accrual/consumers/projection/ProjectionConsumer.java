package org.accrual.consumers.projection;

import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Inject;
import java.time.Duration;
import java.util.List;
import javax.sql.DataSource;
import org.accrual.consumers.ConsumerLoops;
import org.accrual.consumers.EventConsumer;
import org.accrual.consumers.Rebuildable;
import org.accrual.consumers.WriterSchemas;
import org.accrual.consumers.database.EffectsPool;
import org.accrual.contract.Readers;
import org.accrual.intake.BatchResult;
import org.accrual.intake.BatchTransaction;
import org.accrual.intake.Effects;
import org.accrual.intake.GateTable;
import org.accrual.intake.MessageDecoder;
import org.accrual.intake.TransientFailure;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.eclipse.microprofile.faulttolerance.Retry;
import org.eclipse.microprofile.health.HealthCheck;
import org.eclipse.microprofile.health.Readiness;

/**
 * Builds the tables that queries read. The study topic has no table; it is followed so that a
 * reader who holds a study's consistency token can wait for it.
 */
@ApplicationScoped
public class ProjectionConsumer implements EventConsumer, Rebuildable {
  static final String NAME = "projection";

  private final BatchTransaction transaction;
  private final ProjectionProgress progress;

  @Inject
  ProjectionConsumer(
      @EffectsPool DataSource database, WriterSchemas schemas, ProjectionProgress progress) {
    this.transaction =
        new BatchTransaction(
            database, new MessageDecoder(schemas::byId), new GateTable(NAME), new Projection(NAME));
    this.progress = progress;
  }

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public List<String> topics() {
    return Readers.topicsOf(NAME);
  }

  /** What passes by itself is bridged here; what lasts longer, the loop waits out. */
  @Override
  @Retry(
      maxRetries = 4,
      delay = 100,
      jitter = 50,
      maxDuration = 10_000,
      retryOn = TransientFailure.class)
  public BatchResult handle(List<ConsumerRecord<byte[], byte[]>> records) {
    BatchResult result = transaction.apply(records);
    progress.reached(result.reached());
    return result;
  }

  @Override
  public Effects into(String schema) {
    return new Projection(schema);
  }

  @Override
  public Duration redrive() {
    return transaction.redrive();
  }

  @Produces
  @Readiness
  @ApplicationScoped
  static HealthCheck health(ConsumerLoops loops) {
    return loops.health(NAME);
  }
}
