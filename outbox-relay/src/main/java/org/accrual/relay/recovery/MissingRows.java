package org.accrual.relay.recovery;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.accrual.relay.stream.outbox.Checkpoint;
import org.accrual.relay.stream.outbox.OutboxRow;
import org.accrual.relay.stream.sink.Publisher;

/**
 * Publishes rows in transactions of bounded size; the last one has the checkpoint. Reports every
 * few seconds how many it has published.
 */
final class MissingRows {
  private static final Logger LOG = Logger.getLogger(MissingRows.class.getName());
  private static final int ROWS = 1_000;
  private static final int BYTES = 4 * 1024 * 1024;
  private static final Duration REPORT = Duration.ofSeconds(5);

  private final Publisher publisher;
  private final long expected;
  private final List<OutboxRow> waiting = new ArrayList<>();
  private long bytes;
  private long published;
  private long rejected;
  private long reported = System.nanoTime();

  /**
   * Creates it.
   *
   * @param expected how many rows there are
   */
  MissingRows(Publisher publisher, long expected) {
    this.publisher = publisher;
    this.expected = expected;
  }

  void publish(OutboxRow row) throws InterruptedException {
    waiting.add(row);
    bytes += row.bytes();
    if (waiting.size() >= ROWS || bytes >= BYTES) {
      count(publisher.publishWithoutCheckpoint(waiting));
    }
  }

  void finish(Checkpoint checkpoint) throws InterruptedException {
    count(publisher.publish(waiting, checkpoint));
  }

  private void count(int aside) {
    rejected += aside;
    published += waiting.size() - aside;
    waiting.clear();
    bytes = 0;
    if (System.nanoTime() - reported > REPORT.toNanos()) {
      reported = System.nanoTime();
      LOG.log(
          Level.INFO,
          "published {0} of {1} missing records",
          new Object[] {Long.toString(published + rejected), Long.toString(expected)});
    }
  }

  long published() {
    return published;
  }

  long rejected() {
    return rejected;
  }
}
