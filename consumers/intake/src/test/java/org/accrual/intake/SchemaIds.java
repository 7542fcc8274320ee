package org.accrual.intake;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.accrual.runtime.registry.UnknownSchema;
import org.apache.avro.Schema;

/** A registry in memory, for tests of decoding. */
final class SchemaIds {
  private static final Map<Schema, Integer> IDS = new ConcurrentHashMap<>();

  private SchemaIds() {}

  static int of(Schema schema) {
    return IDS.computeIfAbsent(schema, s -> IDS.size() + 1);
  }

  static Schema byId(int id) {
    return IDS.entrySet().stream()
        .filter(entry -> entry.getValue() == id)
        .map(Map.Entry::getKey)
        .findFirst()
        .orElseThrow(() -> new UnknownSchema("no schema " + id));
  }
}
