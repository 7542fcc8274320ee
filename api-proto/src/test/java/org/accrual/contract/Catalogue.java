package org.accrual.contract;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.apache.avro.Schema;

/** What there is to say of each type: where it lies, who writes it, who reads it. */
final class Catalogue {
  /** What the saga asks; the other types of participants are their answers. */
  private static final Set<String> COMMANDS =
      Set.of(
          "accrual.capacity.reserve-slot.v1",
          "accrual.capacity.release-slot.v1",
          "accrual.randomization.randomize.v1",
          "accrual.randomization.reveal-allocation.v1",
          "accrual.supply.hold-kits.v1",
          "accrual.supply.allocate-kit.v1",
          "accrual.supply.release-kits.v1");

  private Catalogue() {}

  /**
   * A type.
   *
   * @param producer the process, and within it what makes it
   */
  record Entry(String type, Schema schema, String topic, String producer, List<String> readers) {
    int version() {
      return EventSchemas.versionOf(schema);
    }

    String name() {
      return schema.getName();
    }
  }

  /** By topic, in the order of the streams' lives. */
  static Map<String, List<Entry>> byTopic() {
    Map<String, List<Entry>> topics = new LinkedHashMap<>();
    Stream.of(Topics.EVENT_TOPICS, Topics.COMMAND_TOPICS, Topics.ANSWER_TOPICS)
        .flatMap(List::stream)
        .forEach(topic -> topics.put(topic, List.of()));
    EventSchemas.current()
        .forEach(
            (type, schema) ->
                topics.merge(
                    topic(type),
                    List.of(entry(type, schema)),
                    (one, other) -> Stream.of(one, other).flatMap(List::stream).toList()));
    return topics;
  }

  static List<String> readersOf(String topic) {
    return Readers.all().entrySet().stream()
        .filter(reader -> reader.getValue().contains(topic))
        .map(Map.Entry::getKey)
        .toList();
  }

  private static Entry entry(String type, Schema schema) {
    String topic = topic(type);
    return new Entry(type, schema, topic, producer(type), readersOf(topic));
  }

  private static String area(String type) {
    return type.split("\\.")[1];
  }

  private static String topic(String type) {
    return Topics.of(area(type) + (COMMANDS.contains(type) ? ".commands" : ".events"));
  }

  private static String producer(String type) {
    boolean participant = Readers.all().containsKey(area(type));
    return COMMANDS.contains(type)
        ? "enrollment-core: saga"
        : participant ? "consumers: " + area(type) : "enrollment-core";
  }
}
