package org.accrual.contract;

import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.accrual.contract.Catalogue.Entry;
import org.apache.avro.LogicalType;
import org.apache.avro.Schema;

/** {@code EVENTS.md}: the types for people. */
final class CatalogueDocument {
  private static final String BEGINNING =
      """
      # Events and messages

      Made of the schemas by `mvn -pl api-proto test -Dcatalogue=write`; a test holds it to them. How they change is told in
      [README](README.md). Every record has the headers of `org.accrual.contract.Headers`; the same for programs is
      [asyncapi.json](asyncapi.json).
      """;

  private CatalogueDocument() {}

  static String text() {
    StringBuilder text = new StringBuilder(BEGINNING);
    for (Map.Entry<String, List<Entry>> topic : Catalogue.byTopic().entrySet()) {
      topic(text, topic.getKey(), topic.getValue());
    }
    return text.toString();
  }

  private static void topic(StringBuilder text, String topic, List<Entry> entries) {
    text.append("\n## %s\n\n".formatted(topic));
    text.append(
        "Key: %s. Read by %s. Kept %s.\n"
            .formatted(
                key(topic),
                String.join(", ", Catalogue.readersOf(topic)),
                Topics.COMMAND_TOPICS.contains(topic) ? "7 days" : "for ever"));
    entries.forEach(entry -> type(text, entry));
  }

  private static String key(String topic) {
    if (topic.equals(Topics.SITE_EVENTS)) {
      return "study/site, the stream's id";
    }
    return Topics.EVENT_TOPICS.contains(topic)
        ? "the stream's id"
        : "study/site of the enrollment; no sequence";
  }

  private static void type(StringBuilder text, Entry entry) {
    text.append(
        "\n### `%s`\n\n%s Version %d. Written by %s.\n\n| field | type | |\n|---|---|---|\n"
            .formatted(entry.type(), entry.schema().getDoc(), entry.version(), entry.producer()));
    for (Schema.Field field : entry.schema().getFields()) {
      text.append(
          "| `%s` | %s | %s%s |\n"
              .formatted(field.name(), type(field.schema()), field.doc(), since(entry, field)));
    }
  }

  private static String since(Entry entry, Schema.Field field) {
    for (int version = 1; version <= entry.version(); version++) {
      Schema schema = EventSchemas.of(entry.type(), version).orElseThrow();
      if (schema.getField(field.name()) != null) {
        return version == 1 ? "" : " Since version %d.".formatted(version);
      }
    }
    throw new IllegalStateException(field.name());
  }

  private static String type(Schema schema) {
    LogicalType logical = schema.getLogicalType();
    if (logical != null) {
      return logical.getName();
    }
    return switch (schema.getType()) {
      case ARRAY -> "list of " + type(schema.getElementType());
      case MAP -> "map to " + type(schema.getValueType());
      case UNION ->
          schema.getTypes().stream()
              .map(CatalogueDocument::type)
              .collect(Collectors.joining(" or "));
      case RECORD ->
          schema.getFields().stream()
              .map(field -> "%s: %s".formatted(field.name(), type(field.schema())))
              .collect(Collectors.joining(", ", "{", "}"));
      default -> schema.getType().getName();
    };
  }
}
