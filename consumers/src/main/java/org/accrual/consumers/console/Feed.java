package org.accrual.consumers.console;

import java.util.UUID;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongSupplier;

/**
 * What one call answers, kept fresh for all pages that watch it: asked once a second, or listened
 * to where the method is a stream.
 */
final class Feed {
  private final String name;
  private final String request;
  private final Calls calls;
  private final Listener listener;

  /** One for all that is asked for it: an answer differs only where something has changed. */
  private final String correlation = UUID.randomUUID().toString();

  private final ReentrantLock turn = new ReentrantLock();

  private volatile String latest = "";
  private volatile long changedAt;
  private volatile long wantedAt = System.nanoTime();

  Feed(String name, String request, Calls calls) {
    this.name = name;
    this.request = request;
    this.calls = calls;
    this.listener = new Listener(calls);
  }

  /** Returns a feed that only reports an error. */
  static Feed failed(Failure failure, Calls calls) {
    Feed feed = new Feed("", "", calls);
    feed.latest = Envelope.error(failure);
    return feed;
  }

  /** An {@link Envelope}; empty before the first answer. */
  String latest() {
    return latest;
  }

  /** The snapshot that changed it last. */
  long changedAt() {
    return changedAt;
  }

  void want() {
    wantedAt = System.nanoTime();
  }

  /** For how long nobody has wanted it. */
  long unwantedNanos() {
    return System.nanoTime() - wantedAt;
  }

  /**
   * Brings it up to date; whoever comes while that is being done leaves it to it.
   *
   * @param asOf the first snapshot that has what comes of it, asked for once it has come
   */
  void refresh(LongSupplier asOf) {
    if (!turn.tryLock()) {
      return;
    }
    try {
      String envelope =
          CallTable.isStream(name) ? heard() : calls.once(name, request, "", correlation);
      if (!envelope.equals(latest)) {
        latest = envelope;
        changedAt = asOf.getAsLong();
      }
    } finally {
      turn.unlock();
    }
  }

  /** A stream that has said nothing new leaves things as they are. */
  private String heard() {
    String said = listener.listen(name, request);
    return said.isEmpty() ? latest : said;
  }

  void close() {
    listener.close();
  }
}
