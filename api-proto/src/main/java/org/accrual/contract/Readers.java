package org.accrual.contract;

import static org.accrual.contract.Topics.CAPACITY_COMMANDS;
import static org.accrual.contract.Topics.ENROLLMENT_EVENTS;
import static org.accrual.contract.Topics.RANDOMIZATION_COMMANDS;
import static org.accrual.contract.Topics.SITE_EVENTS;
import static org.accrual.contract.Topics.STUDY_EVENTS;
import static org.accrual.contract.Topics.SUPPLY_COMMANDS;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** Who reads which topics: what consumers subscribe to, and what the event catalogue says. */
public final class Readers {
  private static final Map<String, List<String>> TOPICS = new LinkedHashMap<>();

  static {
    List<String> events = List.of(ENROLLMENT_EVENTS, SITE_EVENTS, STUDY_EVENTS);
    TOPICS.put("projection", events);
    TOPICS.put("analytics", events);
    TOPICS.put(
        "audit",
        Stream.of(Topics.EVENT_TOPICS, Topics.ANSWER_TOPICS).flatMap(List::stream).toList());
    TOPICS.put("notification", List.of(ENROLLMENT_EVENTS));
    TOPICS.put("capacity", List.of(CAPACITY_COMMANDS, SITE_EVENTS, STUDY_EVENTS));
    TOPICS.put("randomization", List.of(RANDOMIZATION_COMMANDS, STUDY_EVENTS));
    TOPICS.put("supply", List.of(SUPPLY_COMMANDS, SITE_EVENTS, STUDY_EVENTS));
    TOPICS.put("enrollment-core-saga", Topics.ANSWER_TOPICS);
  }

  private Readers() {}

  /** By consumer; in the order in which the documentation names them. */
  public static Map<String, List<String>> all() {
    return Collections.unmodifiableMap(TOPICS);
  }

  /** The topics of a consumer, by its name. */
  public static List<String> topicsOf(String consumer) {
    List<String> topics = TOPICS.get(consumer);
    if (topics == null) {
      throw new IllegalArgumentException("no consumer of this name: " + consumer);
    }
    return topics;
  }
}
