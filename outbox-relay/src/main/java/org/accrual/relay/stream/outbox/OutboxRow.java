package org.accrual.relay.stream.outbox;

import java.nio.ByteBuffer;

/**
 * A row of {@code outbox.message}.
 *
 * @param id UUID
 * @param aggregateType the topic without its prefix
 * @param aggregateId the record's key
 * @param type of the event or message
 * @param payload plain Avro
 * @param headers a JSON object
 * @param createdAt RFC 3339
 */
public record OutboxRow(
    String id,
    String aggregateType,
    String aggregateId,
    String type,
    ByteBuffer payload,
    String headers,
    String createdAt) {
  /** About what it weighs, without the JVM's own weight. */
  public int bytes() {
    return payload.remaining()
        + headers.length()
        + aggregateType.length()
        + aggregateId.length()
        + type.length();
  }
}
