package org.accrual.consumers.supply;

import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.context.Initialized;
import jakarta.enterprise.event.Observes;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Inject;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import javax.sql.DataSource;
import org.accrual.consumers.ConsumerLoops;
import org.accrual.consumers.ConsumersSettings;
import org.accrual.consumers.EventConsumer;
import org.accrual.consumers.WriterSchemas;
import org.accrual.consumers.database.EffectsPool;
import org.accrual.contract.Readers;
import org.accrual.intake.BatchResult;
import org.accrual.intake.BatchTransaction;
import org.accrual.intake.GateTable;
import org.accrual.intake.MessageDecoder;
import org.accrual.intake.TransientFailure;
import org.accrual.runtime.metrics.Meters;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.eclipse.microprofile.faulttolerance.Retry;
import org.eclipse.microprofile.health.HealthCheck;
import org.eclipse.microprofile.health.Readiness;

/** Holds and allocates kits; reads the arm of each. */
@ApplicationScoped
public class SupplyConsumer implements EventConsumer {
  // Empty where it is not enabled: there are no keys then.
  private final Optional<Supply> supply;
  private final Optional<BatchTransaction> transaction;

  @Inject
  SupplyConsumer(
      @EffectsPool DataSource database, WriterSchemas schemas, ConsumersSettings settings) {
    this.supply =
        settings
            .blind()
            .map(blind -> new Supply(Clock.systemUTC(), new SecureRandom(), blind.unseal()));
    this.transaction =
        supply.map(
            effects ->
                new BatchTransaction(
                    database,
                    new MessageDecoder(schemas::byId),
                    new GateTable(Supply.NAME),
                    effects));
  }

  /** Registers {@code accrual_supply_unreadable_kits}. */
  void register(@Observes @Initialized(ApplicationScoped.class) Object event, Meters meters) {
    meters.gauge(
        "accrual_supply_unreadable_kits", () -> supply.map(Supply::unreadableKits).orElse(0));
  }

  @Override
  public String name() {
    return Supply.NAME;
  }

  @Override
  public List<String> topics() {
    return Readers.topicsOf(Supply.NAME);
  }

  /** Retries transient failures for a short time; the loop retries after that. */
  @Override
  @Retry(
      maxRetries = 4,
      delay = 100,
      jitter = 50,
      maxDuration = 30_000,
      retryOn = TransientFailure.class)
  public BatchResult handle(List<ConsumerRecord<byte[], byte[]>> records) {
    return transaction.orElseThrow().apply(records);
  }

  @Override
  public Duration redrive() {
    return transaction.orElseThrow().redrive();
  }

  @Produces
  @Readiness
  @ApplicationScoped
  static HealthCheck health(ConsumerLoops loops) {
    return loops.health(Supply.NAME);
  }
}
