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
 * it may be garbage.
 *
 * @param error at most 4000 characters
 */
record Letter(
    ConsumerRecord<byte[], byte[]> record,
    StreamKey stream,
    Map<String, String> headerTexts,
    Cause cause,
    String error,
    int attempts) {
  private static final JsonMapper JSON = new JsonMapper();
  private static final int LONGEST_ERROR = 4000;

  static Letter of(ConsumerRecord<byte[], byte[]> record, Park park) {
    return new Letter(
        record,
        park.record().stream(),
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
    return headerTexts.get(Headers.TYPE);
  }

  @Nullable Long version() {
    try {
      long version = Long.parseLong(headerTexts.getOrDefault(Headers.SEQUENCE, ""));
      return version > 0 ? version : null;
    } catch (NumberFormatException unreadable) {
      return null;
    }
  }

  String correlationId() {
    return headerTexts.getOrDefault(Headers.CORRELATION_ID, "-");
  }

  /** As PostgreSQL reads a time; the driver would take an {@link Instant} for an unknown type. */
  String recordedAt() {
    return Instant.ofEpochMilli(record.timestamp()).atOffset(ZoneOffset.UTC).toString();
  }

  String headers() {
    try {
      return JSON.writeValueAsString(headerTexts);
    } catch (JsonProcessingException impossible) {
      throw new IllegalStateException("texts that cannot be written as JSON", impossible);
    }
  }

  /** Text that a database takes and that is not too long. */
  static String clean(String text) {
    String whole = text.replace('\0', ' ');
    return whole.length() <= LONGEST_ERROR ? whole : whole.substring(0, LONGEST_ERROR);
  }

  /** What is no text as \\x…. */
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
