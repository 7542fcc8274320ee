package org.accrual.relay;

import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** Notes when each record of a topic arrives, by its id, from construction on. */
final class Receipts implements AutoCloseable {
  private final Map<String, Long> nanoTimes = new ConcurrentHashMap<>();
  private final TopicReader reader;
  private final Thread thread;
  private volatile boolean closed;

  Receipts(String topic) {
    reader = new TopicReader(topic);
    thread = Thread.ofPlatform().name("receipts").start(this::receive);
  }

  private void receive() {
    while (!closed) {
      reader
          .poll(Duration.ofMillis(100))
          .forEach(
              record -> nanoTimes.put(RelayFixtures.header(record, "ce_id"), System.nanoTime()));
    }
  }

  /** Returns {@link System#nanoTime} of each id's arrival. */
  Map<String, Long> nanoTimes() {
    return nanoTimes;
  }

  @Override
  public void close() throws InterruptedException {
    closed = true;
    thread.join(Duration.ofSeconds(30));
    reader.close();
  }
}
