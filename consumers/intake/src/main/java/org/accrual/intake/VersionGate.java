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
 * dropped; a higher one, like an event that cannot be read, parks its stream, and later records of
 * the stream are parked behind it. Versions that were given up are passed without an effect.
 *
 * <p>The commands and answers of a saga have no version and are admitted each: they belong to a
 * step, by which the consumer recognizes repeats. Repeats of other records without a version are
 * recognized by their id, except on the event store's topics, where a version is required. A record
 * without an order parks alone.
 *
 * <p>A pure function of the batch and of what is known before it.
 */
final class VersionGate {
  private static final Set<String> STEPS =
      Stream.of(Topics.COMMAND_TOPICS, Topics.ANSWER_TOPICS)
          .flatMap(List::stream)
          .collect(Collectors.toUnmodifiableSet());

  private final Map<StreamKey, Long> applied;
  private final Known known;
  private final Map<StreamKey, Cause> parked;
  private final Set<UUID> taken;
  private final List<Message> admitted = new ArrayList<>();
  private final SortedMap<StreamKey, Advance> advances = new TreeMap<>();
  private final List<Park> parks = new ArrayList<>();
  private final Set<StreamKey> closed = new TreeSet<>();
  private final List<Position> repeated = new ArrayList<>();

  private VersionGate(Map<StreamKey, Long> applied, Known known) {
    this.applied = applied;
    this.known = known;
    this.parked = new HashMap<>(known.parked());
    this.taken = new HashSet<>(known.taken());
  }

  /**
   * Judges a batch.
   *
   * @param applied versions reached by the streams in the batch; absent means none
   * @param known facts from the dead letters and the inbox
   * @param batch in order per partition
   */
  static Judgement judge(Map<StreamKey, Long> applied, Known known, List<Decoded> batch) {
    VersionGate gate = new VersionGate(applied, known);
    batch.forEach(gate::judge);
    return new Judgement(gate.admitted, gate.advances, gate.repeated, gate.parks, gate.closed);
  }

  private void judge(Decoded record) {
    if (known.settled().contains(record.position()) || isIgnored(record)) {
      repeated.add(record.position());
      return;
    }
    switch (record) {
      case Unreadable unreadable -> park(Park.unreadable(unreadable));
      case Message message when message.version() == Message.UNSEQUENCED -> unsequenced(message);
      case Message message -> sequenced(message);
    }
  }

  private boolean isIgnored(Decoded record) {
    Long last = known.ignoredAfter().get(record.stream());
    return last != null && !(record instanceof Message message && message.version() <= last);
  }

  private void unsequenced(Message message) {
    boolean byId = Inbox.takes(message);
    if (!byId && !STEPS.contains(message.stream().topic())) {
      park(Park.unsequenced(message));
    } else if (byId && !taken.add(message.id())) {
      repeated.add(message.position());
    } else {
      admitted.add(message);
    }
  }

  private void sequenced(Message message) {
    StreamKey stream = message.stream();
    passGivenUp(stream);
    long current = current(stream);
    Cause waitsFor = parked.get(stream);
    if (message.version() <= current) {
      repeated.add(message.position());
    } else if (message.version() == current + 1 && (waitsFor == null || waitsFor == Cause.GAP)) {
      admitted.add(message);
      reach(stream, message.version());
      passGivenUp(stream);
      if (waitsFor != null) {
        closed.add(stream);
      }
    } else if (waitsFor != null) {
      parks.add(Park.behind(message));
    } else {
      park(Park.gap(message, current));
    }
  }

  private void passGivenUp(StreamKey stream) {
    Set<Long> givenUp = known.givenUp().getOrDefault(stream, Set.of());
    for (long next = current(stream) + 1; givenUp.contains(next); next++) {
      reach(stream, next);
    }
  }

  private long current(StreamKey stream) {
    Advance soFar = advances.get(stream);
    return soFar == null ? applied.getOrDefault(stream, 0L) : soFar.to();
  }

  private void reach(StreamKey stream, long version) {
    advances.put(stream, new Advance(applied.getOrDefault(stream, 0L), version));
  }

  /** Parks a record that is itself the reason; a stream's later records are parked behind it. */
  private void park(Park park) {
    parks.add(park);
    if (!park.isAlone()) {
      parked.putIfAbsent(park.record().stream(), park.cause());
    }
  }
}
