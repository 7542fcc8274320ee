package org.accrual.core.eventstore;

import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.UUID;
import org.accrual.contract.Headers;
import org.accrual.core.application.Origin;
import org.accrual.core.eventstore.AvroBytes.Encoded;

/** What one transaction tells: events by the type of their stream, and messages to participants. */
final class ToldRows {
  private static final String SOURCE = "/accrual/enrollment-core";

  private final Map<String, Rows<Event>> events = new LinkedHashMap<>();
  private final Rows<Message> messages = new Rows<>();

  private record Event(String streamId, long version, UUID id, Encoded encoded, String metadata) {}

  private record Message(
      UUID id, String aggregateType, String key, Encoded encoded, String metadata) {}

  void event(
      String streamType, String streamId, long version, UUID id, Encoded encoded, Origin origin) {
    events
        .computeIfAbsent(streamType, _ -> new Rows<>())
        .add(new Event(streamId, version, id, encoded, metadata(origin)));
  }

  void message(String aggregateType, String key, UUID id, Encoded encoded, Origin origin) {
    messages.add(new Message(id, aggregateType, key, encoded, metadata(origin)));
  }

  void addTo(Calls calls, Instant now) {
    events.forEach(
        (streamType, rows) ->
            calls.add(
                "append",
                streamType,
                rows.column("text", Event::streamId),
                rows.column("int8", Event::version),
                rows.column("uuid", Event::id),
                rows.column("text", e -> e.encoded().type()),
                rows.column("int4", e -> e.encoded().schemaVersion()),
                rows.column("bytea", e -> e.encoded().payload()),
                rows.column("jsonb", Event::metadata),
                now));
    if (!messages.isEmpty()) {
      calls.add(
          "send",
          messages.column("uuid", Message::id),
          messages.column("text", Message::aggregateType),
          messages.column("text", Message::key),
          messages.column("text", m -> m.encoded().type()),
          messages.column("int4", m -> m.encoded().schemaVersion()),
          messages.column("bytea", m -> m.encoded().payload()),
          messages.column("jsonb", Message::metadata),
          now);
    }
  }

  /** The headers under which it is told. */
  private static String metadata(Origin origin) {
    Map<String, String> headers = new LinkedHashMap<>();
    headers.put(Headers.SOURCE, SOURCE);
    headers.put(Headers.CORRELATION_ID, origin.correlationId());
    headers.put(Headers.CAUSATION_ID, origin.causationId());
    if (!origin.actor().isEmpty()) {
      headers.put(Headers.ACTOR, origin.actor());
    }
    if (!origin.traceparent().isEmpty()) {
      headers.put(Headers.TRACEPARENT, origin.traceparent());
    }
    return Json.write(headers);
  }
}
