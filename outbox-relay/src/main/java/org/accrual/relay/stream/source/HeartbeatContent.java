package org.accrual.relay.stream.source;

import java.time.Instant;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.accrual.relay.stream.outbox.Position;

/**
 * The content of a heartbeat message, {@code version position time}, which the SQL function {@code
 * outbox.heartbeat} makes.
 *
 * @param publicationVersion of the publication when the heartbeat was written; empty if there was
 *     no publication
 * @param covered a place in the WAL: with the right version, the publication covered every row that
 *     was committed before it. The message itself comes later, and rows between the two may not be
 *     covered.
 * @param at when it was written, by the database's clock, in whole milliseconds
 */
record HeartbeatContent(String publicationVersion, long covered, Instant at) {
  private static final Pattern FORMAT =
      Pattern.compile("(\\S*) ([0-9A-F]{1,8}/[0-9A-F]{1,8}) (\\d{1,15})");

  /** Returns the content; empty if this is not a heartbeat's. */
  static Optional<HeartbeatContent> parse(String content) {
    Matcher matcher = FORMAT.matcher(content);
    return matcher.matches()
        ? Optional.of(
            new HeartbeatContent(
                matcher.group(1),
                Position.lsn(matcher.group(2)),
                Instant.ofEpochMilli(Long.parseLong(matcher.group(3)))))
        : Optional.empty();
  }
}
