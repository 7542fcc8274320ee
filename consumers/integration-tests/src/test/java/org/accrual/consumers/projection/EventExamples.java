package org.accrual.consumers.projection;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.apache.avro.Schema;
import org.apache.avro.specific.SpecificData;
import org.apache.avro.specific.SpecificRecord;

/** An event of any schema, with something in every field. */
public final class EventExamples {
  private EventExamples() {}

  public static SpecificRecord of(Schema schema) {
    SpecificRecord event =
        (SpecificRecord) SpecificData.newInstance(SpecificData.get().getClass(schema), schema);
    schema.getFields().forEach(field -> event.put(field.pos(), value(field.schema())));
    return event;
  }

  private static Object value(Schema schema) {
    if (schema.getLogicalType() != null) {
      return Instant.EPOCH;
    }
    return switch (schema.getType()) {
      case STRING -> "text";
      case INT -> 1;
      case LONG -> 1L;
      case BOOLEAN -> true;
      case MAP -> Map.of();
      case ARRAY -> List.of();
      case UNION -> null;
      case BYTES -> java.nio.ByteBuffer.allocate(0);
      default -> throw new AssertionError("no example for " + schema);
    };
  }
}
