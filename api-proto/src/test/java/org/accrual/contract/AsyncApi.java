package org.accrual.contract;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.util.DefaultIndenter;
import com.fasterxml.jackson.core.util.DefaultPrettyPrinter;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import org.accrual.contract.Catalogue.Entry;

/** {@code asyncapi.json}, AsyncAPI 3.0: topics, messages and who sends and receives them. */
final class AsyncApi {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String AVRO = "application/vnd.apache.avro+json;version=1.12.0";
  private static final String FOLDER = "src/main/resources/history/";

  private AsyncApi() {}

  static String text() {
    DefaultIndenter lines = new DefaultIndenter("  ", "\n");
    DefaultPrettyPrinter pretty =
        new DefaultPrettyPrinter().withObjectIndenter(lines).withArrayIndenter(lines);
    try {
      return JSON.writer(pretty).writeValueAsString(document()) + "\n";
    } catch (JsonProcessingException impossible) {
      throw new IllegalStateException(impossible);
    }
  }

  /** The files that payloads refer to. */
  static List<String> references() {
    return document().findValuesAsText("$ref").stream()
        .filter(reference -> !reference.startsWith("#"))
        .map(reference -> reference.substring("./".length()))
        .toList();
  }

  /** References within the document that lead nowhere. */
  static List<String> brokenPointers() {
    JsonNode document = document();
    return document.findValuesAsText("$ref").stream()
        .filter(reference -> reference.startsWith("#"))
        .filter(reference -> document.at(reference.substring(1)).isMissingNode())
        .toList();
  }

  private static ObjectNode document() {
    ObjectNode document = JSON.createObjectNode();
    document.put("asyncapi", "3.0.0");
    document
        .putObject("info")
        .put("title", "Accrual: events and messages")
        .put("version", "0.1.0")
        .put(
            "description",
            "Made of the schemas by mvn -pl api-proto test -Dcatalogue=write. Values are Avro in the"
                + " registry's wire format: 00, the schema's id in four bytes, the record.");
    document.put("defaultContentType", "application/avro");
    ObjectNode channels = document.putObject("channels");
    ObjectNode operations = document.putObject("operations");
    ObjectNode components = document.putObject("components");
    components.putObject("messageTraits").set("record", trait());
    ObjectNode messages = components.putObject("messages");
    Catalogue.byTopic()
        .forEach(
            (topic, entries) -> {
              String channel = channel(topic);
              ObjectNode listed =
                  channels.putObject(channel).put("address", topic).putObject("messages");
              for (Entry entry : entries) {
                messages.set(entry.type(), message(entry));
                listed.putObject(entry.type()).put("$ref", "#/components/messages/" + entry.type());
              }
              entries.stream()
                  .map(Entry::producer)
                  .distinct()
                  .forEach(producer -> operation(operations, "send", producer, channel));
              Catalogue.readersOf(topic)
                  .forEach(reader -> operation(operations, "receive", reader, channel));
            });
    return document;
  }

  private static String channel(String topic) {
    return topic.substring(Topics.PREFIX.length()).replace('.', '-');
  }

  private static void operation(ObjectNode operations, String action, String who, String channel) {
    operations
        .putObject("%s-%s-%s".formatted(who.replaceAll("\\W+", "-"), action, channel))
        .put("action", action)
        .put("summary", who)
        .putObject("channel")
        .put("$ref", "#/channels/" + channel);
  }

  private static ObjectNode message(Entry entry) {
    ObjectNode message = JSON.createObjectNode();
    message.put("name", entry.type());
    message.put("title", entry.name());
    message.put("summary", entry.schema().getDoc());
    message.put("contentType", "application/avro");
    ArrayNode traits = message.putArray("traits");
    traits.addObject().put("$ref", "#/components/messageTraits/record");
    message
        .putObject("payload")
        .put("schemaFormat", AVRO)
        .putObject("schema")
        .put("$ref", "./%s%s/%d.avsc".formatted(FOLDER, entry.type(), entry.version()));
    return message;
  }

  /** The headers of every record. */
  private static ObjectNode trait() {
    ObjectNode trait = JSON.createObjectNode();
    ObjectNode headers = trait.putObject("headers").put("type", "object");
    ArrayNode required = headers.putArray("required");
    ObjectNode properties = headers.putObject("properties");
    List.of(
            Headers.ID,
            Headers.TYPE,
            Headers.SOURCE,
            Headers.TIME,
            Headers.SPEC_VERSION,
            Headers.SCHEMA_VERSION)
        .forEach(required::add);
    header(properties, Headers.ID, "UUID of the record; unique.");
    header(properties, Headers.TYPE, "The message's name.");
    header(properties, Headers.SOURCE, "Who wrote it.");
    header(properties, Headers.TIME, "When it was written, RFC 3339.");
    header(properties, Headers.SPEC_VERSION, "CloudEvents, 1.0.");
    header(properties, Headers.SCHEMA_VERSION, "Version of the payload's schema within its type.");
    header(properties, Headers.SEQUENCE, "Version of the stream, without a gap; on event topics.");
    header(properties, Headers.CORRELATION_ID, "The whole conversation.");
    header(properties, Headers.CAUSATION_ID, "What directly caused it.");
    header(properties, Headers.ACTOR, "Who did it, as the caller asserted.");
    header(properties, Headers.TRACEPARENT, "W3C trace context.");
    header(properties, Headers.SLOT, "Replication slot of the relay that published the record.");
    return trait;
  }

  private static void header(ObjectNode properties, String name, String description) {
    properties.putObject(name).put("type", "string").put("description", description);
  }
}
