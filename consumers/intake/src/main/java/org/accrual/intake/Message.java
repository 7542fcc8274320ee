package org.accrual.intake;

import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.accrual.contract.EventSchemas;
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
 * @param bodies the payload as this build's classes, whatever version it was written in: one, or
 *     several in order if the event was split since. Effects get those one at a time
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
    List<SpecificRecord> bodies)
    implements Decoded {
  /** The version of what has none. */
  public static final long UNSEQUENCED = 0;

  public Message {
    bodies = List.copyOf(bodies);
  }

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
        bodies);
  }

  /** Of one body, as nearly all are, and of which no cause is known. */
  public Message(
      Position position,
      StreamKey stream,
      long version,
      UUID id,
      String type,
      Instant time,
      Correlation correlation,
      SpecificRecord body) {
    this(position, stream, version, id, type, time, correlation, "", List.of(body));
  }

  /** The first body; the only one of what effects get. */
  public SpecificRecord body() {
    return bodies.getFirst();
  }

  /** One message a body, each of its body's type, all at the same place of the stream. */
  public List<Message> parts() {
    return bodies.size() == 1
        ? List.of(this)
        : bodies.stream()
            .map(
                each ->
                    new Message(
                        position,
                        stream,
                        version,
                        id,
                        EventSchemas.typeOf(each.getSchema()),
                        time,
                        correlation,
                        causationId,
                        List.of(each)))
            .toList();
  }
}
