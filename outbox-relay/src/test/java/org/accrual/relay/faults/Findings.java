package org.accrual.relay.faults;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * What differs between the outbox and the topic. Order is judged by a number that each row of a key
 * got under a lock held until commit: 1, 2, 3 …
 */
record Findings(
    int expected,
    List<String> lost,
    List<String> duplicated,
    List<String> invented,
    List<String> different,
    List<String> outOfOrder) {

  /** One message, in the outbox or on the topic. */
  record Message(String id, String key, long number, String content) {}

  /**
   * Compares.
   *
   * @param topic in the order of its partitions
   */
  static Findings of(List<Message> outbox, List<Message> topic) {
    Map<String, Message> missing = new LinkedHashMap<>();
    outbox.forEach(message -> missing.put(message.id(), message));
    Findings findings =
        new Findings(
            outbox.size(),
            new ArrayList<>(),
            new ArrayList<>(),
            new ArrayList<>(),
            new ArrayList<>(),
            new ArrayList<>());
    Set<String> seen = new HashSet<>();
    Map<String, Long> reached = new HashMap<>();
    for (Message message : topic) {
      Message wanted = missing.remove(message.id());
      if (!seen.add(message.id())) {
        findings.duplicated.add(message.toString());
      } else if (wanted == null) {
        findings.invented.add(message.toString());
      } else if (!wanted.equals(message)) {
        findings.different.add(wanted + " became " + message);
      }
      Long before = reached.put(message.key(), message.number());
      if (message.number() != (before == null ? 1 : before + 1)) {
        findings.outOfOrder.add(message + " came after number " + before);
      }
    }
    missing.values().forEach(message -> findings.lost.add(message.toString()));
    return findings;
  }

  boolean clean() {
    return lost.isEmpty()
        && duplicated.isEmpty()
        && invented.isEmpty()
        && different.isEmpty()
        && outOfOrder.isEmpty();
  }

  @Override
  public String toString() {
    return "%d expected; %s, %s, %s, %s, %s"
        .formatted(
            expected,
            told("lost", lost),
            told("duplicated", duplicated),
            told("invented", invented),
            told("different", different),
            told("out of order", outOfOrder));
  }

  private static String told(String what, List<String> which) {
    return which.size()
        + " "
        + what
        + (which.isEmpty() ? "" : " (first: " + which.getFirst() + ")");
  }
}
