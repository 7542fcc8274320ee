package org.accrual.relay.takeover;

import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.accrual.relay.stream.outbox.Position;

/**
 * The earlier timelines of a server's WAL, each with the LSN at which the server left it. The WAL
 * of an earlier timeline is the server's own below that LSN only.
 */
record TimelineHistory(Map<Integer, Long> switchPoints) {
  /** Of a timeline without an earlier one. */
  static final TimelineHistory NONE = new TimelineHistory(Map.of());

  /** Timeline and switch point; a reason may follow. */
  private static final Pattern LINE = Pattern.compile("(\\d{1,9})\\s+(\\S+)(\\s.*)?");

  TimelineHistory {
    switchPoints = Map.copyOf(switchPoints);
  }

  /**
   * Parses PostgreSQL's history file.
   *
   * @throws IllegalArgumentException if a line is neither empty, a comment nor a switch, or if the
   *     timelines do not increase
   */
  static TimelineHistory parse(String content) {
    SortedMap<Integer, Long> switches = new TreeMap<>();
    content
        .lines()
        .map(String::strip)
        .filter(line -> !line.isEmpty() && !line.startsWith("#"))
        .forEach(line -> add(line, switches));
    return new TimelineHistory(switches);
  }

  private static void add(String line, SortedMap<Integer, Long> switches) {
    Matcher fields = LINE.matcher(line);
    if (!fields.matches()) {
      throw new IllegalArgumentException("not a line of a timeline history: " + line);
    }
    int timeline = Integer.parseInt(fields.group(1));
    if (!switches.isEmpty() && timeline <= switches.lastKey()) {
      throw new IllegalArgumentException(
          "timeline %d follows timeline %d in a history".formatted(timeline, switches.lastKey()));
    }
    switches.put(timeline, Position.lsn(fields.group(2)));
  }

  /** Returns where the server left a timeline; empty if that is not an earlier one of its own. */
  Optional<Long> switchPoint(int timeline) {
    return Optional.ofNullable(switchPoints.get(timeline));
  }
}
