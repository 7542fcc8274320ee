package org.accrual.contract;

import java.util.ArrayList;
import java.util.List;
import org.apache.avro.Schema;
import org.apache.avro.SchemaCompatibility;
import org.apache.avro.SchemaCompatibility.Incompatibility;

/** What a version of a schema may not do to another of its type: FULL_TRANSITIVE, in words. */
final class SchemaRules {
  private SchemaRules() {}

  /** A line for each thing that one cannot read of the other, whichever way round; none is good. */
  static List<String> violations(Schema one, Schema other) {
    List<String> found = new ArrayList<>();
    found.addAll(unreadable(one, other));
    found.addAll(unreadable(other, one));
    return found;
  }

  private static List<String> unreadable(Schema reader, Schema writer) {
    return SchemaCompatibility.checkReaderWriterCompatibility(reader, writer)
        .getResult()
        .getIncompatibilities()
        .stream()
        .map(incompatibility -> line(reader, writer, incompatibility))
        .toList();
  }

  private static String line(Schema reader, Schema writer, Incompatibility found) {
    return "%s: version %d cannot read version %d: field %s breaks %s (%s)"
        .formatted(
            EventSchemas.typeOf(reader),
            EventSchemas.versionOf(reader),
            EventSchemas.versionOf(writer),
            field(reader, writer, found),
            found.getType(),
            found.getMessage());
  }

  /** Avro names places by number; people know fields by name. */
  private static String field(Schema reader, Schema writer, Incompatibility found) {
    String[] path = found.getLocation().split("/");
    if (path.length > 2 && path[1].equals("fields")) {
      int index = Integer.parseInt(path[2]);
      Schema named = index < reader.getFields().size() ? reader : writer;
      return named.getFields().get(index).name();
    }
    return found.getMessage();
  }
}
