package org.accrual.contract;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.apache.avro.Schema;
import org.apache.avro.generic.GenericDatumReader;
import org.apache.avro.generic.GenericRecord;
import org.apache.avro.io.BinaryDecoder;
import org.apache.avro.io.DecoderFactory;
import org.apache.avro.specific.SpecificData;
import org.apache.avro.specific.SpecificDatumReader;
import org.apache.avro.specific.SpecificRecord;

/**
 * Reads what was written with one schema as the classes that this build knows, whichever version
 * that was: older ones by way of {@link Upcasts}, newer ones by Avro's rules. Safe for use by many
 * threads.
 */
public final class EventReader {
  private final String type;
  private final Schema writer;
  private final boolean upcast;
  private final SpecificDatumReader<SpecificRecord> straight;

  private EventReader(String type, Schema writer, Schema ours) {
    this.type = type;
    this.writer = writer;
    this.upcast =
        writer.getObjectProp("accrual.version") instanceof Number version
            && Upcasts.any(type, version.intValue());
    this.straight = new SpecificDatumReader<>(writer, ours, SpecificData.getForSchema(ours));
  }

  /**
   * A reader of one writer's schema.
   *
   * @param type of the event
   * @throws IllegalArgumentException if this build does not know the type, or the schema is not of
   *     that type
   */
  public static EventReader of(String type, Schema writer) {
    Schema ours = EventSchemas.current().get(type);
    if (ours == null) {
      throw new IllegalArgumentException(
          "this build does not know the type " + type + ": update it");
    }
    if (!writer.getFullName().equals(ours.getFullName())) {
      throw new IllegalArgumentException(
          "its schema is of %s and not of %s".formatted(writer.getFullName(), type));
    }
    return new EventReader(type, writer, ours);
  }

  /**
   * The event that the bytes tell; several, in order, if it was split since.
   *
   * @param from where plain Avro begins in {@code bytes}
   * @throws IOException if the bytes are not what the schema says, or more
   */
  public List<SpecificRecord> read(byte[] bytes, int from) throws IOException {
    BinaryDecoder decoder =
        DecoderFactory.get().binaryDecoder(bytes, from, bytes.length - from, null);
    List<SpecificRecord> events = upcast ? upcast(decoder) : List.of(straight.read(null, decoder));
    if (!decoder.isEnd()) {
      throw new IOException("bytes are left over after a " + type);
    }
    return events;
  }

  private List<SpecificRecord> upcast(BinaryDecoder decoder) throws IOException {
    GenericRecord written = new GenericDatumReader<GenericRecord>(writer).read(null, decoder);
    List<SpecificRecord> events = new ArrayList<>();
    for (GenericRecord event : Upcasts.apply(written)) {
      String itsType = EventSchemas.typeOf(event.getSchema());
      events.addAll(of(itsType, event.getSchema()).read(PlainBytes.of(event), 0));
    }
    return events;
  }
}
