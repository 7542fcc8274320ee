package org.accrual.core.saga;

import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.time.Duration;
import java.util.List;
import org.accrual.core.application.Waits;
import org.accrual.intake.BatchHandler;
import org.accrual.intake.BatchResult;
import org.accrual.intake.BatchTransaction;
import org.accrual.intake.Redriven;
import org.accrual.intake.TransientFailure;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.eclipse.microprofile.faulttolerance.Retry;

/** Takes batches of answers in, and lets those who wait for what they brought look at once. */
@ApplicationScoped
class SagaConsumer implements BatchHandler, Redriven {
  private final BatchTransaction transaction;
  private final Waits waits;

  @Inject
  SagaConsumer(BatchTransaction transaction, Waits waits) {
    this.transaction = transaction;
    this.waits = waits;
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
    BatchResult result = transaction.apply(records);
    waits.lookNow();
    return result;
  }

  @Override
  public Duration redrive() {
    return transaction.redrive();
  }
}
