package org.accrual.intake;

import java.time.Instant;
import java.util.Locale;
import java.util.Optional;

/**
 * A note of what a service did with a message, or with a command: a row of {@code ops.hop}.
 *
 * @param at when it was done with it
 * @param service the consumer; of a command, who took it
 * @param messageId the message's id; of a command its request id
 * @param causationId what caused it; empty if nothing did
 * @param type of a command its method
 * @param source who wrote the message; of a command empty
 * @param position where the message lies; empty of a command
 * @param version of its stream; 0 if it has none
 * @param writtenAt when its outbox record was written; of a command, when it came
 * @param relayedAt when the relay sent it
 * @param beganAt when the service began with it, or with the batch it is in
 * @param attempts how often it was tried, this time included
 * @param error empty if nothing went wrong
 */
public record Hop(
    Instant at,
    String correlationId,
    String service,
    Outcome outcome,
    String messageId,
    String causationId,
    String type,
    String source,
    Optional<Position> position,
    String key,
    long version,
    Instant writtenAt,
    Optional<Instant> relayedAt,
    Instant beganAt,
    int attempts,
    String error) {

  /** How it ended; of a command only the last two. */
  public enum Outcome {
    APPLIED,
    RETRIED,
    PARKED,
    DUPLICATE,
    REFUSED,
    FAILED;

    String inSql() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /** Of a command that was not accepted: nothing else in the database tells of it. */
  public static Hop command(
      Instant at,
      Instant beganAt,
      String correlationId,
      String service,
      Outcome outcome,
      String requestId,
      String method,
      String error) {
    return new Hop(
        at,
        correlationId,
        service,
        outcome,
        requestId,
        "",
        method,
        "",
        Optional.empty(),
        "",
        0,
        beganAt,
        Optional.empty(),
        beganAt,
        1,
        error);
  }
}
