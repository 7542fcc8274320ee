package org.accrual.intake;

import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.UUID;
import org.accrual.contract.Headers;
import org.accrual.contract.Topics;
import org.accrual.runtime.Correlation;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.header.Header;
import org.jspecify.annotations.Nullable;

/**
 * A record's CloudEvents headers, checked. See {@link Headers} for their meaning.
 *
 * @param schemaVersion 0 if the record does not say
 */
record RecordHeaders(
    UUID id,
    String type,
    Instant time,
    long version,
    int schemaVersion,
    Correlation correlation,
    String causationId) {

  static RecordHeaders read(ConsumerRecord<?, ?> record) throws UnreadableRecord {
    return new RecordHeaders(
        id(required(record, Headers.ID)),
        required(record, Headers.TYPE),
        time(required(record, Headers.TIME)),
        version(record),
        schemaVersion(optional(record, Headers.SCHEMA_VERSION, "0")),
        new Correlation(
            optional(record, Headers.CORRELATION_ID, "-"),
            optional(record, Headers.ACTOR, ""),
            optional(record, Headers.TRACEPARENT, "")),
        optional(record, Headers.CAUSATION_ID, ""));
  }

  private static String required(ConsumerRecord<?, ?> record, String name) throws UnreadableRecord {
    String value = optional(record, name, "");
    if (value.isEmpty()) {
      throw new UnreadableRecord("header " + name + " is missing");
    }
    return value;
  }

  private static String optional(ConsumerRecord<?, ?> record, String name, String absent) {
    @Nullable Header header = record.headers().lastHeader(name);
    return header == null || header.value() == null
        ? absent
        : new String(header.value(), StandardCharsets.UTF_8);
  }

  private static UUID id(String text) throws UnreadableRecord {
    try {
      return UUID.fromString(text);
    } catch (IllegalArgumentException notAnId) {
      throw new UnreadableRecord("header ce_id is not a UUID: " + text);
    }
  }

  private static Instant time(String text) throws UnreadableRecord {
    try {
      return OffsetDateTime.parse(text).toInstant();
    } catch (DateTimeException notATime) {
      throw new UnreadableRecord("header ce_time is not an RFC 3339 time: " + text);
    }
  }

  private static int schemaVersion(String text) throws UnreadableRecord {
    try {
      return Integer.parseInt(text);
    } catch (NumberFormatException notANumber) {
      throw new UnreadableRecord("header ce_schemaversion is not a number: " + text);
    }
  }

  private static long version(ConsumerRecord<?, ?> record) throws UnreadableRecord {
    String text =
        Topics.EVENT_TOPICS.contains(record.topic())
            ? required(record, Headers.SEQUENCE)
            : optional(record, Headers.SEQUENCE, "");
    return text.isEmpty() ? Message.UNSEQUENCED : version(text);
  }

  private static long version(String text) throws UnreadableRecord {
    try {
      long version = Long.parseLong(text);
      if (version > 0) {
        return version;
      }
    } catch (NumberFormatException notANumber) {
      throw new UnreadableRecord("header ce_sequence is not a number: " + text);
    }
    throw new UnreadableRecord("header ce_sequence is not 1 or more: " + text);
  }
}
