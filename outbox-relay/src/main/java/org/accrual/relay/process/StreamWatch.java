package org.accrual.relay.process;

import java.sql.SQLException;
import java.time.Duration;
import java.util.function.Consumer;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.accrual.relay.state.RelayLife;
import org.accrual.relay.state.RelayState;

/**
 * Ends a relay whose stream was cut without notice, as by a network that drops packets: a heartbeat
 * must come every few seconds. A server that reads much WAL without a row for the relay sends
 * nothing either, so a silent stream counts as cut only if the server does not confirm it. Used by
 * one thread.
 */
final class StreamWatch {
  private static final Logger LOG = Logger.getLogger(StreamWatch.class.getName());
  private static final Duration SHORTEST = Duration.ofSeconds(30);
  private static final int HEARTBEATS = 10;

  private final RelayLife life;
  private final Duration limit;
  private final Server server;
  private final Consumer<Throwable> failed;
  private boolean ended;

  /** Answers whether the server still streams to a connection that is older than this. */
  @FunctionalInterface
  interface Server {
    boolean isServed(Duration since) throws SQLException;
  }

  StreamWatch(RelayLife life, Duration heartbeat, Server server, Consumer<Throwable> failed) {
    Duration heartbeats = heartbeat.multipliedBy(HEARTBEATS);
    this.life = life;
    this.limit = heartbeats.compareTo(SHORTEST) > 0 ? heartbeats : SHORTEST;
    this.server = server;
    this.failed = failed;
  }

  /** Reports a failure, once, if the stream is cut. Takes as long as the server's answer. */
  void check() {
    Duration silence = life.silence().length();
    if (!ended
        && life.stand().state() == RelayState.STREAMING
        && silence.compareTo(limit) > 0
        && !isServed(silence)) {
      ended = true;
      failed.accept(
          new IllegalStateException(
              "nothing has come from PostgreSQL for %d s, not even a heartbeat, and the server does"
                      .formatted(silence.toSeconds())
                  + " not confirm that it streams to this relay; check the network between them"));
    }
  }

  private boolean isServed(Duration silence) {
    try {
      return server.isServed(silence);
    } catch (SQLException e) {
      LOG.log(Level.WARNING, "PostgreSQL does not answer: {0}", e.getMessage());
      return false;
    }
  }
}
