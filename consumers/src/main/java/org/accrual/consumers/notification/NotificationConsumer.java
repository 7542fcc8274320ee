package org.accrual.consumers.notification;

import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Inject;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import javax.sql.DataSource;
import org.accrual.consumers.ConsumerLoops;
import org.accrual.consumers.ConsumersSettings;
import org.accrual.consumers.EventConsumer;
import org.accrual.consumers.WriterSchemas;
import org.accrual.consumers.database.EffectsPool;
import org.accrual.consumers.database.Role;
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

/** Records which messages are to be sent; {@link NotificationSender} sends them. */
@ApplicationScoped
public class NotificationConsumer implements EventConsumer {
  static final String NAME = "notification";

  static final Role ROLE = Role.of(NAME);

  // Empty where it is not enabled: there is no mail server then.
  private final Optional<BatchTransaction> transaction;
  private final NotificationProgress progress;
  private final NotificationSender sender;

  @Inject
  NotificationConsumer(
      @EffectsPool DataSource database,
      WriterSchemas schemas,
      ConsumersSettings settings,
      NotificationProgress progress,
      NotificationSender sender) {
    this.transaction =
        settings
            .notification()
            .map(
                enabled ->
                    new BatchTransaction(
                        database,
                        new MessageDecoder(schemas::byId),
                        new GateTable(NAME),
                        ROLE.within(new Welcomes(enabled))));
    this.progress = progress;
    this.sender = sender;
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
    BatchResult result = transaction.orElseThrow().apply(records);
    progress.reached(result.reached());
    sender.wake();
    return result;
  }

  @Override
  public Duration redrive() {
    Duration pause = transaction.orElseThrow().redrive();
    sender.wake();
    return pause;
  }

  @Produces
  @Readiness
  @ApplicationScoped
  static HealthCheck health(ConsumerLoops loops) {
    return loops.health(NAME);
  }
}
