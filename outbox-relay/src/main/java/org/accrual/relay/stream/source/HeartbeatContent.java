package org.accrual.relay.stream.source;

import java.time.Instant;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The content of a heartbeat message: {@code version time}.
 *
 * @param publicationVersion of the publication when the heartbeat was written: rows before it were
 *     covered if that has not changed; empty if there was no publication
 * @param at when it was written, by the database's clock, in whole milliseconds
 */
record HeartbeatContent(String publicationVersion, Instant at) {
  private static final Pattern FORMAT = Pattern.compile("(\\S*) (\\d{1,15})");

  /**
   * Returns the SQL expression that makes it.
   *
   * @param publication a name that needs no quoting
   */
  static String sql(String publication) {
    return "outbox.publication_version('%s') || ' ' || (extract(epoch from clock_timestamp()) * 1000)::bigint"
        .formatted(publication);
  }

  /** Returns the content; empty if this is not a heartbeat's. */
  static Optional<HeartbeatContent> parse(String content) {
    Matcher matcher = FORMAT.matcher(content);
    return matcher.matches()
        ? Optional.of(
            new HeartbeatContent(
                matcher.group(1), Instant.ofEpochMilli(Long.parseLong(matcher.group(2)))))
        : Optional.empty();
  }
}
