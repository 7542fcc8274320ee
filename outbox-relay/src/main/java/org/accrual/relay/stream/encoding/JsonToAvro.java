package org.accrual.relay.stream.encoding;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.avro.Schema;
import org.apache.avro.generic.GenericData;
import org.apache.avro.generic.GenericDatumWriter;
import org.apache.avro.io.BinaryEncoder;
import org.apache.avro.io.EncoderFactory;
import org.jspecify.annotations.Nullable;

/**
 * Encodes JSON as Avro, the way people write it: fields by name, a missing one takes its default, a
 * value of a union without its type's name (with it, as Avro's own JSON has it, too), timestamps as
 * numbers or RFC 3339. Strict about the rest: an unknown field, a number out of range or a value of
 * another type is a {@link Misfit} that names its place. Bytes are texts of characters up to 255.
 */
final class JsonToAvro {
  /** The value does not fit the schema; the message names the place. */
  static final class Misfit extends RuntimeException {
    private static final long serialVersionUID = 1L;

    Misfit(String place, String what) {
      // Without a trace: reading a union is trying, and most tries fail.
      super((place.isEmpty() ? "the value" : place) + ": " + what, null, false, false);
    }
  }

  /**
   * More than any payload has values. Unions within unions may be read in more ways than there is
   * time for.
   */
  private static final int MOST_ATTEMPTS = 2_000_000;

  private int attempts;

  private JsonToAvro() {}

  static byte[] encode(JsonNode json, Schema schema) {
    Object datum = new JsonToAvro().value(json, schema, "");
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    BinaryEncoder encoder = EncoderFactory.get().binaryEncoder(bytes, null);
    try {
      new GenericDatumWriter<>(schema).write(datum, encoder);
      encoder.flush();
    } catch (IOException impossible) {
      throw new IllegalStateException("writing to memory failed", impossible);
    }
    return bytes.toByteArray();
  }

  private @Nullable Object value(JsonNode json, Schema schema, String place) {
    if (++attempts > MOST_ATTEMPTS) {
      throw new Misfit(place, "too many ways to read it: name the types of the unions' values");
    }
    return switch (schema.getType()) {
      case NULL -> json.isNull() ? null : misfit(json, schema, place);
      case BOOLEAN -> json.isBoolean() ? json.booleanValue() : misfit(json, schema, place);
      case INT ->
          json.isIntegralNumber() && json.canConvertToInt()
              ? json.intValue()
              : misfit(json, schema, place);
      case LONG -> JsonNumbers.longOrTime(json, schema, place);
      case FLOAT -> JsonNumbers.singlePrecision(json, schema, place);
      case DOUBLE -> JsonNumbers.doublePrecision(json, schema, place);
      case STRING -> json.isTextual() ? json.textValue() : misfit(json, schema, place);
      case BYTES -> ByteBuffer.wrap(bytes(json, schema, place));
      case FIXED -> fixed(json, schema, place);
      case ENUM ->
          json.isTextual() && schema.hasEnumSymbol(json.textValue())
              ? new GenericData.EnumSymbol(schema, json.textValue())
              : misfit(json, schema, place);
      case ARRAY -> array(json, schema, place);
      case MAP -> map(json, schema, place);
      case RECORD -> record(json, schema, place);
      case UNION -> union(json, schema, place);
    };
  }

  private static byte[] bytes(JsonNode json, Schema schema, String place) {
    if (!json.isTextual() || json.textValue().chars().anyMatch(c -> c > 255)) {
      throw new Misfit(place, "a text of characters up to 255 is wanted for " + schema.getType());
    }
    return json.textValue().getBytes(StandardCharsets.ISO_8859_1);
  }

  private static Object fixed(JsonNode json, Schema schema, String place) {
    byte[] bytes = bytes(json, schema, place);
    if (bytes.length != schema.getFixedSize()) {
      throw new Misfit(
          place, "%d bytes instead of %d".formatted(bytes.length, schema.getFixedSize()));
    }
    return new GenericData.Fixed(schema, bytes);
  }

  private Object array(JsonNode json, Schema schema, String place) {
    if (!json.isArray()) {
      return misfit(json, schema, place);
    }
    List<@Nullable Object> values = new ArrayList<>(json.size());
    for (JsonNode element : json) {
      values.add(value(element, schema.getElementType(), "%s[%d]".formatted(place, values.size())));
    }
    return values;
  }

  private Object map(JsonNode json, Schema schema, String place) {
    if (!json.isObject()) {
      return misfit(json, schema, place);
    }
    Map<String, @Nullable Object> values = new HashMap<>();
    json.properties()
        .forEach(
            entry ->
                values.put(
                    entry.getKey(),
                    value(entry.getValue(), schema.getValueType(), inside(place, entry.getKey()))));
    return values;
  }

  private Object record(JsonNode json, Schema schema, String place) {
    if (!json.isObject()) {
      return misfit(json, schema, place);
    }
    json.fieldNames()
        .forEachRemaining(
            name -> {
              if (schema.getField(name) == null) {
                throw new Misfit(
                    inside(place, name), "there is no such field in " + schema.getFullName());
              }
            });
    GenericData.Record record = new GenericData.Record(schema);
    for (Schema.Field field : schema.getFields()) {
      JsonNode given = json.get(field.name());
      if (given != null) {
        record.put(field.pos(), value(given, field.schema(), inside(place, field.name())));
      } else if (field.hasDefaultValue()) {
        record.put(field.pos(), GenericData.get().getDefaultValue(field));
      } else {
        throw new Misfit(inside(place, field.name()), "the field is missing and has no default");
      }
    }
    return record;
  }

  /** The first branch that fits; so null before others, and int before long as the schema says. */
  private @Nullable Object union(JsonNode json, Schema schema, String place) {
    Misfit last = null;
    for (Schema branch : schema.getTypes()) {
      try {
        return value(json, branch, place);
      } catch (Misfit other) {
        // Of several, the one about a branch of the value's own kind tells most.
        if (last == null || json.isObject() == (branch.getType() == Schema.Type.RECORD)) {
          last = other;
        }
      }
    }
    if (json.isObject() && json.size() == 1) {
      String name = json.fieldNames().next();
      for (Schema branch : schema.getTypes()) {
        if (branch.getFullName().equals(name)) {
          return value(json.required(name), branch, inside(place, name));
        }
      }
    }
    if (last == null) {
      throw new Misfit(place, "the union has no branches");
    }
    throw last;
  }

  private static String inside(String place, String name) {
    return place.isEmpty() ? name : place + "." + name;
  }

  private static Object misfit(JsonNode json, Schema schema, String place) {
    throw misfitOf(json, schema, place);
  }

  static Misfit misfitOf(JsonNode json, Schema schema, String place) {
    return new Misfit(
        place, "%s does not fit %s".formatted(shown(json), schema.getType().getName()));
  }

  private static String shown(JsonNode json) {
    if (json.isContainerNode()) {
      return json.isArray() ? "a list" : "an object";
    }
    String text = json.toString();
    return text.length() <= 80 ? text : text.substring(0, 80) + "…";
  }
}
