package org.accrual.core.eventstore;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import org.accrual.contract.EventSchemas;
import org.apache.avro.Schema;
import org.apache.avro.io.BinaryEncoder;
import org.apache.avro.io.DecoderFactory;
import org.apache.avro.io.EncoderFactory;
import org.apache.avro.specific.SpecificData;
import org.apache.avro.specific.SpecificDatumReader;
import org.apache.avro.specific.SpecificDatumWriter;
import org.apache.avro.specific.SpecificRecordBase;

/**
 * Generated Avro records to and from plain Avro bytes, with type and schema version beside them.
 */
final class AvroBytes {
  private AvroBytes() {}

  /**
   * @param type of the event, such as {@code accrual.study.registered.v1}
   * @param schemaVersion of the payload within the type
   * @param payload plain Avro
   */
  @SuppressWarnings("ArrayRecordComponent") // carried, never compared or changed
  record Encoded(String type, int schemaVersion, byte[] payload) {}

  static Encoded encode(SpecificRecordBase avro) {
    Schema schema = avro.getSchema();
    ByteArrayOutputStream bytes = new ByteArrayOutputStream(256);
    try {
      BinaryEncoder encoder = EncoderFactory.get().directBinaryEncoder(bytes, null);
      new SpecificDatumWriter<SpecificRecordBase>(schema, avro.getSpecificData())
          .write(avro, encoder);
      encoder.flush();
    } catch (IOException impossible) {
      throw new UncheckedIOException(impossible);
    }
    return new Encoded(
        EventSchemas.typeOf(schema), EventSchemas.versionOf(schema), bytes.toByteArray());
  }

  /** The record as this build knows it, read with the schema that it was written with. */
  static SpecificRecordBase decode(Encoded encoded) {
    Schema written =
        EventSchemas.of(encoded.type(), encoded.schemaVersion())
            .orElseThrow(
                () ->
                    new IllegalStateException(
                        "the event store has an event of type %s, schema version %d, which this"
                                .formatted(encoded.type(), encoded.schemaVersion())
                            + " build does not know: run one at least as new as the one that"
                            + " wrote it"));
    Schema current = EventSchemas.current().getOrDefault(encoded.type(), written);
    try {
      return new SpecificDatumReader<SpecificRecordBase>(
              written, current, SpecificData.getForSchema(current))
          .read(null, DecoderFactory.get().binaryDecoder(encoded.payload(), null));
    } catch (IOException broken) {
      throw new UncheckedIOException(
          "a stored %s cannot be read".formatted(encoded.type()), broken);
    }
  }

  /** A copy of what is in a buffer. */
  static byte[] of(ByteBuffer buffer) {
    byte[] bytes = new byte[buffer.remaining()];
    buffer.duplicate().get(bytes);
    return bytes;
  }
}
