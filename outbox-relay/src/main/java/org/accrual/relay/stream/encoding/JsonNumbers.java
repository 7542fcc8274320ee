package org.accrual.relay.stream.encoding;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.OffsetDateTime;
import org.accrual.relay.stream.encoding.JsonToAvro.Misfit;
import org.apache.avro.Schema;

/** Converts JSON numbers and times to Avro's numbers, and refuses those that are out of range. */
final class JsonNumbers {
  private static final long NANOS_PER_SECOND = 1_000_000_000L;

  private JsonNumbers() {}

  /** Converts a whole number, or an RFC 3339 time where the schema is a timestamp. */
  static Object longOrTime(JsonNode json, Schema schema, String place) {
    if (json.isIntegralNumber() && json.canConvertToLong()) {
      return json.longValue();
    }
    long unitsPerSecond = unitsPerSecond(schema);
    if (!json.isTextual() || unitsPerSecond == 0) {
      throw JsonToAvro.misfitOf(json, schema, place);
    }
    try {
      Instant at = OffsetDateTime.parse(json.textValue().replace(' ', 'T')).toInstant();
      // An instant's nanoseconds count up from its second, also before 1970: this rounds down.
      return Math.addExact(
          Math.multiplyExact(at.getEpochSecond(), unitsPerSecond),
          at.getNano() / (NANOS_PER_SECOND / unitsPerSecond));
    } catch (DateTimeException | ArithmeticException e) {
      throw new Misfit(
          place,
          "'%s' is not an RFC 3339 time in the range of %s"
              .formatted(json.textValue(), schema.getProp("logicalType")));
    }
  }

  /** Returns 0 if the schema is not a timestamp that this class knows. */
  private static long unitsPerSecond(Schema schema) {
    return switch (schema.getProp("logicalType")) {
      case "timestamp-millis" -> 1_000L;
      case "timestamp-micros" -> 1_000_000L;
      case "timestamp-nanos" -> NANOS_PER_SECOND;
      case null, default -> 0;
    };
  }

  static Object singlePrecision(JsonNode json, Schema schema, String place) {
    requireNumber(json, schema, place);
    return finite(json.floatValue(), place);
  }

  static Object doublePrecision(JsonNode json, Schema schema, String place) {
    requireNumber(json, schema, place);
    return finite(json.doubleValue(), place);
  }

  private static void requireNumber(JsonNode json, Schema schema, String place) {
    if (!json.isNumber()) {
      throw JsonToAvro.misfitOf(json, schema, place);
    }
  }

  /** Jackson makes an infinity of a number that is too large, such as 1e400. */
  private static Number finite(Number value, String place) {
    if (!Double.isFinite(value.doubleValue())) {
      throw new Misfit(place, "the number is out of range");
    }
    return value;
  }
}
