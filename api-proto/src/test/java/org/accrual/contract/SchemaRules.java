package org.accrual.contract;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
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
    for (Schema.Field field : one.getFields()) {
      Schema.Field same = other.getField(field.name());
      if (same != null) {
        found.addAll(meanings(one, other, field, same));
      }
    }
    return found;
  }

  /** A line for each thing by which a schema differs from itself as released; none is good. */
  static List<String> changes(Schema released, Schema now) {
    if (released.equals(now)) {
      return List.of();
    }
    List<String> found = new ArrayList<>();
    for (String field : fields(released, now)) {
      Schema.Field before = released.getField(field);
      Schema.Field after = now.getField(field);
      if (before == null || after == null || !before.equals(after)) {
        found.add(changed(now, "field " + field));
      }
    }
    if (found.isEmpty()) {
      found.add(changed(now, "something beside the fields, or their order,"));
    }
    return found;
  }

  private static Set<String> fields(Schema one, Schema other) {
    Set<String> names = new LinkedHashSet<>();
    one.getFields().forEach(field -> names.add(field.name()));
    other.getFields().forEach(field -> names.add(field.name()));
    return names;
  }

  private static String changed(Schema schema, String what) {
    return "%s: %s differs from version %d as released: RELEASED_VERSION_CHANGED (a change needs the next accrual.version and a file of its own)"
        .formatted(EventSchemas.typeOf(schema), what, EventSchemas.versionOf(schema));
  }

  /** What Avro reads without a word, and would read wrongly. */
  private static List<String> meanings(
      Schema one, Schema other, Schema.Field field, Schema.Field same) {
    List<String> found = new ArrayList<>();
    if (!Objects.equals(field.schema().getLogicalType(), same.schema().getLogicalType())) {
      found.add(broken(one, other, field.name(), "LOGICAL_TYPE_CHANGED"));
    }
    if (field.hasDefaultValue()
        && same.hasDefaultValue()
        && !Objects.equals(field.defaultVal(), same.defaultVal())) {
      found.add(broken(one, other, field.name(), "DEFAULT_CHANGED"));
    }
    return found;
  }

  private static String broken(Schema one, Schema other, String field, String rule) {
    return "%s: version %d and version %d: field %s breaks %s"
        .formatted(
            EventSchemas.typeOf(one),
            EventSchemas.versionOf(one),
            EventSchemas.versionOf(other),
            field,
            rule);
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
