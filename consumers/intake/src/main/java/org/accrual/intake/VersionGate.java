package org.accrual.intake;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.UUID;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.accrual.contract.Topics;
import org.accrual.intake.Judgement.Advance;

/**
 * Admits each event once and in order: version n + 1 after version n. A lower one is a repeat and
 * dropped; a higher one, like a record that cannot be read, parks its stream, and what comes behind
 * it in the stream parks too. A saga's commands and answers have no version and pass: each belongs
 * to a step of its own, by which the consumer tells repeats. What else has none is told by its id,
 * except on the event store's topics, where a version must be. Pure: what has been applied and what
 * stands is given, what would be is answered.
 */
final class VersionGate {
  private static final Set<String> STEPS =
      Stream.of(Topics.COMMAND_TOPICS, Topics.ANSWER_TOPICS)
          .flatMap(List::stream)
          .collect(Collectors.toUnmodifiableSet());

  private final Map<StreamKey, Long> applied;
  private final Map<StreamKey, Cause> standing;
  private final Set<Position> settled;
  private final Set<UUID> taken;
  private final List<Message> admitted = new ArrayList<>();
  private final SortedMap<StreamKey, Advance> advances = new TreeMap<>();
  private final List<Park> parks = new ArrayList<>();
  private final Set<StreamKey> closed = new TreeSet<>();
  private final List<Position> repeated = new ArrayList<>();

  private VersionGate(Map<StreamKey, Long> applied, Standing dead) {
    this.applied = applied;
    this.standing = new HashMap<>(dead.streams());
    this.settled = dead.settled();
    this.taken = new HashSet<>(dead.taken());
  }

  /**
   * @param applied versions reached by the streams in the batch; absent means none
   * @param dead what the dead letters and the inbox know of the batch
   * @param batch in order per partition
   */
  static Judgement judge(Map<StreamKey, Long> applied, Standing dead, List<Decoded> batch) {
    VersionGate gate = new VersionGate(applied, dead);
    batch.forEach(gate::judge);
    return new Judgement(gate.admitted, gate.advances, gate.repeated, gate.parks, gate.closed);
  }

  private void judge(Decoded record) {
    if (settled.contains(record.position())) {
      repeated.add(record.position());
      return;
    }
    switch (record) {
      case Unreadable unreadable -> park(Park.unreadable(unreadable));
      case Message message when message.version() == Message.UNSEQUENCED -> unsequenced(message);
      case Message message -> sequenced(message);
    }
  }

  private void unsequenced(Message message) {
    boolean byId = Inbox.takes(message);
    if (!byId && !STEPS.contains(message.stream().topic())) {
      park(Park.unsequenced(message));
    } else if (byId && !taken.add(message.id())) {
      repeated.add(message.position());
    } else if (standing.containsKey(message.stream())) {
      parks.add(Park.behind(message));
    } else {
      admitted.add(message);
    }
  }

  private void sequenced(Message message) {
    StreamKey stream = message.stream();
    Advance soFar = advances.get(stream);
    long before = applied.getOrDefault(stream, 0L);
    long current = soFar == null ? before : soFar.to();
    Cause stands = standing.get(stream);
    if (message.version() <= current) {
      repeated.add(message.position());
    } else if (message.version() == current + 1 && (stands == null || stands == Cause.GAP)) {
      admitted.add(message);
      advances.put(stream, new Advance(before, message.version()));
      if (stands != null) {
        closed.add(stream);
      }
    } else if (stands != null) {
      parks.add(Park.behind(message));
    } else {
      park(Park.gap(message, current));
    }
  }

  /** A record with something against it: its stream stands from here on. */
  private void park(Park park) {
    parks.add(park);
    standing.putIfAbsent(park.record().stream(), park.cause());
  }
}
