package org.accrual.consumers.participant;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Optional;
import org.accrual.contract.EventReader;
import org.accrual.contract.EventSchemas;
import org.apache.avro.Schema;
import org.apache.avro.io.BinaryEncoder;
import org.apache.avro.io.EncoderFactory;
import org.apache.avro.specific.SpecificDatumWriter;
import org.apache.avro.specific.SpecificRecord;
import org.jspecify.annotations.Nullable;

/** Records as the database has them: type and schema version beside plain Avro bytes. */
@SuppressWarnings("ArrayRecordComponent") // carried, never compared or changed
public record PlainAvro(String type, int schemaVersion, byte[] payload) {

  /** Encodes a record. */
  public static PlainAvro of(SpecificRecord body) {
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

  /**
   * As this build knows it.
   *
   * @param stored the schema it was written with, as the database has it; null if it has none
   */
  SpecificRecord body(@Nullable String stored) {
    Optional<Schema> written =
        EventSchemas.of(type, schemaVersion)
            .or(() -> Optional.ofNullable(stored).map(text -> new Schema.Parser().parse(text)));
    try {
      return EventReader.of(type, written.orElseThrow(this::unknown)).read(payload, 0).getFirst();
    } catch (IOException broken) {
      throw new UncheckedIOException("a pending " + type + " cannot be read", broken);
    }
  }

  private IllegalStateException unknown() {
    return new IllegalStateException(
        "a pending %s has schema version %d, which neither this build nor enrollment.event_schema"
                .formatted(type, schemaVersion)
            + " knows: run the deploy step of the build that wrote it");
  }
}
