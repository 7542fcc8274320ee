package org.accrual.consumers.progress;

import jakarta.annotation.PreDestroy;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Map;
import javax.sql.DataSource;
import org.accrual.intake.GateTable;
import org.accrual.intake.StreamKey;

/**
 * Knows how far a consumer is, for readers that wait for it, whichever process runs it. One bean a
 * consumer.
 */
public abstract class ConsumerProgress {
  private final String consumer;
  private final StreamProgress progress;

  /**
   * @param consumer its name, which is that of its schema
   */
  protected ConsumerProgress(DataSource database, String consumer) {
    this.consumer = consumer;
    this.progress = new StreamProgress(database, new GateTable(consumer));
  }

  /** Returns the consumer's name. */
  public String consumer() {
    return consumer;
  }

  /** See {@link StreamProgress#version}. */
  public long version(StreamKey stream) throws SQLException {
    return progress.version(stream);
  }

  /** See {@link StreamProgress#await}. */
  public boolean await(StreamKey stream, long version, Duration atMost)
      throws InterruptedException, SQLException {
    return progress.await(stream, version, atMost);
  }

  /** See {@link StreamProgress#awaitUnlessParked}. */
  public Wait awaitUnlessParked(StreamKey stream, long version, Duration atMost)
      throws InterruptedException, SQLException {
    return progress.awaitUnlessParked(stream, version, atMost);
  }

  /** See {@link StreamProgress#reached}. */
  public void reached(Map<StreamKey, Long> versions) {
    progress.reached(versions);
  }

  @PreDestroy
  void close() {
    progress.close();
  }
}
