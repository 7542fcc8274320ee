package org.accrual.intake;

import java.time.Instant;
import java.util.UUID;
import org.accrual.runtime.Correlation;
import org.apache.avro.specific.SpecificRecord;

/**
 * A record that was read.
 *
 * @param version the stream's version after this event: 1, 2, 3 …; {@link #UNSEQUENCED} if the
 *     record carries none
 * @param id the outbox record's id
 * @param time when it was written
 * @param correlation the conversation it belongs to
 * @param causationId the message, or the request, that caused it; empty if none is known
 * @param body the payload as this build's class, whatever version it was written in
 */
public record Message(
    Position position,
    StreamKey stream,
    long version,
    UUID id,
    String type,
    Instant time,
    Correlation correlation,
    String causationId,
    SpecificRecord body)
    implements Decoded {
  /** The version of what has none. */
  public static final long UNSEQUENCED = 0;

  /** The same, part of another span: what it causes goes on from there. */
  Message goingOnFrom(String traceparent) {
    return new Message(
        position,
        stream,
        version,
        id,
        type,
        time,
        new Correlation(correlation.id(), correlation.actor(), traceparent),
        causationId,
        body);
  }

  /** Of which no cause is known. */
  public Message(
      Position position,
      StreamKey stream,
      long version,
      UUID id,
      String type,
      Instant time,
      Correlation correlation,
      SpecificRecord body) {
    this(position, stream, version, id, type, time, correlation, "", body);
  }
}
