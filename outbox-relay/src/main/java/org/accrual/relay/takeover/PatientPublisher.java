package org.accrual.relay.takeover;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.accrual.relay.state.RelayLife;
import org.accrual.relay.state.Wait;
import org.accrual.relay.stream.encoding.UnpublishableException;
import org.accrual.relay.stream.outbox.Checkpoint;
import org.accrual.relay.stream.outbox.OutboxRow;
import org.accrual.relay.stream.sink.Publisher;
import org.accrual.runtime.liveness.Heartbeat;

/**
 * Publishes deliveries, and retries while a record of Accrual's own does not fit: skipping it would
 * break the sequence of its stream, and a schema that is registered or a topic whose limit is
 * raised a moment later needs no restart.
 */
public final class PatientPublisher {
  private static final Logger LOG = Logger.getLogger(PatientPublisher.class.getName());
  private static final Duration RETRY = Duration.ofSeconds(2);
  private static final int ATTEMPTS_PER_LOG_LINE = 30;

  private final Publisher publisher;
  private final RelayLife life;
  private final Heartbeat heartbeat;
  private final CountDownLatch stopping;

  /**
   * @param heartbeat of the relay's loop, which is at work while it retries
   * @param stopping ends the retries
   */
  public PatientPublisher(
      Publisher publisher, RelayLife life, Heartbeat heartbeat, CountDownLatch stopping) {
    this.publisher = publisher;
    this.life = life;
    this.heartbeat = heartbeat;
    this.stopping = stopping;
  }

  /** Aborts what a predecessor left open and forbids it to continue. */
  void fence() {
    publisher.fence();
  }

  /**
   * Commits the rows and the checkpoint together, as soon as every row of Accrual's own fits.
   *
   * @return how many of the rows were set aside instead
   * @throws InterruptedException if the relay is stopped while it retries
   */
  int publish(List<OutboxRow> rows, Checkpoint checkpoint) throws InterruptedException {
    for (int attempt = 0; ; attempt++) {
      heartbeat.beat();
      try {
        int rejected = publisher.publish(rows, checkpoint);
        life.waitFor(Optional.empty());
        return rejected;
      } catch (UnpublishableException e) {
        report(e, attempt);
      }
      if (stopping.await(RETRY.toMillis(), TimeUnit.MILLISECONDS)) {
        throw new InterruptedException("stopped while a record did not fit");
      }
    }
  }

  private void report(UnpublishableException e, int attempt) {
    Wait wait = Wait.recordUnfit(String.valueOf(e.getMessage()));
    life.waitFor(Optional.of(wait));
    if (attempt % ATTEMPTS_PER_LOG_LINE == 0) {
      LOG.log(
          Level.SEVERE,
          "cannot publish, and all records behind wait: {0}; retrying every {1} s",
          new Object[] {wait, RETRY.toSeconds()});
    }
  }
}
