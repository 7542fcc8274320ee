package org.accrual.core.eventstore;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.util.List;
import org.accrual.contract.EventReader;
import org.accrual.contract.EventSchemas;
import org.apache.avro.Schema;
import org.apache.avro.io.BinaryEncoder;
import org.apache.avro.io.EncoderFactory;
import org.apache.avro.specific.SpecificDatumWriter;
import org.apache.avro.specific.SpecificRecord;
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

  /**
   * The event as this build knows it; several, in order, if it was split since it was written.
   *
   * @param written the schema it was written with
   */
  static List<SpecificRecord> decode(Encoded encoded, Schema written) {
    try {
      return EventReader.of(encoded.type(), written).read(encoded.payload(), 0);
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
