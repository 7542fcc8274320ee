package org.accrual.contract;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import org.apache.avro.Schema;
import org.apache.avro.generic.GenericData;
import org.apache.avro.generic.GenericDatumReader;
import org.apache.avro.generic.GenericDatumWriter;
import org.apache.avro.generic.GenericRecord;
import org.apache.avro.io.DecoderFactory;
import org.apache.avro.io.Encoder;
import org.apache.avro.io.EncoderFactory;

/** A record of any schema that has something in every field, and its bytes. */
final class Examples {
  private Examples() {}

  static GenericRecord of(Schema schema) {
    return (GenericRecord) value(schema, schema.getName());
  }

  private static Object value(Schema schema, String name) {
    return switch (schema.getType()) {
      case RECORD -> {
        GenericRecord record = new GenericData.Record(schema);
        schema.getFields().forEach(f -> record.put(f.name(), value(f.schema(), f.name())));
        yield record;
      }
      case STRING -> "a " + name;
      case INT -> 7;
      case LONG -> 1_790_000_000_123_456L;
      case BOOLEAN -> true;
      case DOUBLE -> 0.5;
      case BYTES -> ByteBuffer.wrap(name.getBytes(StandardCharsets.UTF_8));
      case ARRAY -> List.of(value(schema.getElementType(), name + " 1"));
      case MAP -> Map.of("a key", value(schema.getValueType(), name));
      // Not null, if there is anything else.
      case UNION -> value(schema.getTypes().getLast(), name);
      case ENUM -> new GenericData.EnumSymbol(schema, schema.getEnumSymbols().getFirst());
      case NULL, FIXED, FLOAT ->
          throw new IllegalArgumentException("no example of " + schema.getType() + " yet: " + name);
    };
  }

  static byte[] bytes(GenericRecord record) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try {
      Encoder encoder = EncoderFactory.get().directBinaryEncoder(out, null);
      new GenericDatumWriter<GenericRecord>(record.getSchema()).write(record, encoder);
      encoder.flush();
      return out.toByteArray();
    } catch (IOException impossible) {
      throw new UncheckedIOException(impossible);
    }
  }

  static GenericRecord read(byte[] bytes, Schema writer, Schema reader) {
    try {
      return new GenericDatumReader<GenericRecord>(writer, reader)
          .read(null, DecoderFactory.get().binaryDecoder(bytes, null));
    } catch (IOException broken) {
      throw new UncheckedIOException(broken);
    }
  }
}
