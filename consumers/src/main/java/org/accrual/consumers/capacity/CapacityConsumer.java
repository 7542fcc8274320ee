package org.accrual.consumers.capacity;

import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Inject;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import javax.sql.DataSource;
import org.accrual.consumers.ConsumerLoops;
import org.accrual.consumers.EventConsumer;
import org.accrual.consumers.WriterSchemas;
import org.accrual.consumers.database.EffectsPool;
import org.accrual.contract.Readers;
import org.accrual.intake.BatchResult;
import org.accrual.intake.BatchTransaction;
import org.accrual.intake.GateTable;
import org.accrual.intake.MessageDecoder;
import org.accrual.intake.TransientFailure;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.eclipse.microprofile.faulttolerance.Retry;
import org.eclipse.microprofile.health.HealthCheck;
import org.eclipse.microprofile.health.Readiness;

/** Gives out the slots of sites. */
@ApplicationScoped
public class CapacityConsumer implements EventConsumer {
  private final BatchTransaction transaction;

  @Inject
  CapacityConsumer(@EffectsPool DataSource database, WriterSchemas schemas) {
    this.transaction =
        new BatchTransaction(
            database,
            new MessageDecoder(schemas::byId),
            new GateTable(Capacity.NAME),
            new Capacity(Clock.systemUTC()));
  }

  @Override
  public String name() {
    return Capacity.NAME;
  }

  @Override
  public List<String> topics() {
    return Readers.topicsOf(Capacity.NAME);
  }

  /** What passes by itself is bridged here; what lasts longer, the loop waits out. */
  @Override
  @Retry(
      maxRetries = 4,
      delay = 100,
      jitter = 50,
      maxDuration = 30_000,
      retryOn = TransientFailure.class)
  public BatchResult handle(List<ConsumerRecord<byte[], byte[]>> records) {
    return transaction.apply(records);
  }

  @Override
  public Duration redrive() {
    return transaction.redrive();
  }

  @Produces
  @Readiness
  @ApplicationScoped
  static HealthCheck health(ConsumerLoops loops) {
    return loops.health(Capacity.NAME);
  }
}
