package org.accrual.consumers.participant;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import org.accrual.contract.EventSchemas;
import org.apache.avro.Schema;
import org.apache.avro.io.BinaryEncoder;
import org.apache.avro.io.DecoderFactory;
import org.apache.avro.io.EncoderFactory;
import org.apache.avro.specific.SpecificDatumReader;
import org.apache.avro.specific.SpecificDatumWriter;
import org.apache.avro.specific.SpecificRecord;

/** Records as the database has them: type and schema version beside plain Avro bytes. */
@SuppressWarnings("ArrayRecordComponent") // carried, never compared or changed
record PlainAvro(String type, int schemaVersion, byte[] payload) {

  static PlainAvro of(SpecificRecord body) {
    Schema schema = body.getSchema();
    // First of all: the contract's schemas are what makes Avro trust our classes.
    String type = EventSchemas.typeOf(schema);
    ByteArrayOutputStream bytes = new ByteArrayOutputStream(256);
    try {
      BinaryEncoder encoder = EncoderFactory.get().directBinaryEncoder(bytes, null);
      new SpecificDatumWriter<SpecificRecord>(schema).write(body, encoder);
      encoder.flush();
    } catch (IOException impossible) {
      throw new UncheckedIOException(impossible);
    }
    return new PlainAvro(type, EventSchemas.versionOf(schema), bytes.toByteArray());
  }

  SpecificRecord body() {
    Schema written =
        EventSchemas.of(type, schemaVersion)
            .orElseThrow(
                () ->
                    new IllegalStateException(
                        "a pending %s has schema version %d, which this build does not know: run"
                                .formatted(type, schemaVersion)
                            + " one at least as new as the one that wrote it"));
    try {
      return new SpecificDatumReader<SpecificRecord>(written)
          .read(null, DecoderFactory.get().binaryDecoder(payload, null));
    } catch (IOException broken) {
      throw new UncheckedIOException("a pending " + type + " cannot be read", broken);
    }
  }
}
