package org.accrual.intake;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.UUID;
import org.accrual.contract.Headers;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.header.Header;
import org.jspecify.annotations.Nullable;

/**
 * A record as the dead letters keep it: its bytes, and as much of its headers as can be read, since
 * it may be garbage. Each value fits its column, or the record could not be parked.
 *
 * @param alone whether the record has no order among those of its key
 * @param error at most 4000 characters
 */
record Letter(
    ConsumerRecord<byte[], byte[]> record,
    StreamKey stream,
    boolean alone,
    Map<String, String> headerTexts,
    Cause cause,
    String error,
    int attempts) {
  private static final JsonMapper JSON = new JsonMapper();
  private static final int LONGEST_ERROR = 4000;
  private static final int LONGEST_NAME = 200;
  private static final long LATEST_MILLIS = Instant.parse("9999-12-31T23:59:59Z").toEpochMilli();

  static Letter of(ConsumerRecord<byte[], byte[]> record, Park park) {
    return new Letter(
        record,
        park.record().stream(),
        park.isAlone(),
        headerTexts(record),
        park.cause(),
        clean(park.error()),
        park.attempts());
  }

  @Nullable UUID eventId() {
    try {
      return UUID.fromString(headerTexts.getOrDefault(Headers.ID, ""));
    } catch (IllegalArgumentException unreadable) {
      return null;
    }
  }

  @Nullable String type() {
    String type = headerTexts.get(Headers.TYPE);
    return type == null ? null : cut(type, LONGEST_NAME);
  }

  @Nullable Long version() {
    try {
      long version = Long.parseLong(headerTexts.getOrDefault(Headers.SEQUENCE, ""));
      return version > 0 && !alone ? version : null;
    } catch (NumberFormatException unreadable) {
      return null;
    }
  }

  String correlationId() {
    return correlationId(headerTexts);
  }

  /** As PostgreSQL reads a time; the driver would take an {@link Instant} for an unknown type. */
  String recordedAt() {
    return writtenAt(record).atOffset(ZoneOffset.UTC).toString();
  }

  /** Returns Kafka's time of a record, within the years 1970 to 9999: a producer may set any. */
  static Instant writtenAt(ConsumerRecord<?, ?> record) {
    return Instant.ofEpochMilli(Math.clamp(record.timestamp(), 0, LATEST_MILLIS));
  }

  /**
   * Returns the correlation id, shortened so that it can be indexed; {@code -} if there is none.
   */
  static String correlationId(Map<String, String> headerTexts) {
    return cut(headerTexts.getOrDefault(Headers.CORRELATION_ID, "-"), LONGEST_NAME);
  }

  String headers() {
    try {
      return JSON.writeValueAsString(headerTexts);
    } catch (JsonProcessingException impossible) {
      throw new IllegalStateException("texts that cannot be written as JSON", impossible);
    }
  }

  /** Returns text that a database accepts and that is not too long. */
  static String clean(String text) {
    String whole = text.replace('\0', ' ');
    return cut(whole, LONGEST_ERROR);
  }

  private static String cut(String text, int longest) {
    if (text.length() <= longest) {
      return text;
    }
    // Not through the middle of a character that takes two.
    return text.substring(
        0, longest - (Character.isHighSurrogate(text.charAt(longest - 1)) ? 1 : 0));
  }

  /** Returns the last value of each header, one that is no text as \\x…. */
  static Map<String, String> headerTexts(ConsumerRecord<?, ?> record) {
    Map<String, String> texts = new LinkedHashMap<>();
    for (Header header : record.headers()) {
      if (header.value() != null) {
        texts.put(header.key().replace('\0', ' '), text(header.value()));
      }
    }
    return texts;
  }

  private static String text(byte[] value) {
    try {
      String text = StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(value)).toString();
      if (text.indexOf('\0') < 0) {
        return text;
      }
    } catch (CharacterCodingException notText) {
      return hex(value);
    }
    return hex(value);
  }

  private static String hex(byte[] value) {
    return "\\x" + HexFormat.of().formatHex(value);
  }
}
