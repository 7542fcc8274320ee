package org.accrual.local;

import java.time.Duration;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.accrual.provision.Database;
import org.accrual.provision.ProvisionRefused;
import org.accrual.provision.ProvisionSettings;

/**
 * Makes and drops the outbox's partitions every hour, which elsewhere is a job of the database
 * owner's scheduler. A failure is logged and retried an hour later.
 */
final class OutboxUpkeep implements AutoCloseable {
  private static final Duration PERIOD = Duration.ofHours(1);

  private final Consumer<String> progress;

  /** Discards, since a stop may come before the start. */
  private final ScheduledExecutorService clock =
      new ScheduledThreadPoolExecutor(
          1,
          Thread.ofPlatform().daemon().name("outbox-upkeep").factory(),
          new ThreadPoolExecutor.DiscardPolicy());

  OutboxUpkeep(Consumer<String> progress) {
    this.progress = progress;
  }

  void start(ProvisionSettings settings) {
    var _ =
        clock.scheduleAtFixedRate(
            () -> maintain(settings), PERIOD.toMinutes(), PERIOD.toMinutes(), TimeUnit.MINUTES);
  }

  private void maintain(ProvisionSettings settings) {
    try {
      Database.maintainOutbox(settings.database(), settings.outboxRetention());
    } catch (ProvisionRefused failed) {
      progress.accept("%-16s %s".formatted("upkeep", failed.getMessage()));
    }
  }

  @Override
  public void close() {
    clock.shutdownNow();
  }
}
