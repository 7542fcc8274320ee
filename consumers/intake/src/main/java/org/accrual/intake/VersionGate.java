package org.accrual.intake;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.accrual.contract.Topics;
import org.accrual.intake.Judgement.Advance;
import org.apache.kafka.common.TopicPartition;

/**
 * Admits each event once and in order: version n + 1 after version n. A lower one is a repeat and
 * dropped; a higher one, like a record that cannot be read, halts its partition. A saga's commands
 * and answers have no version and pass: each belongs to a step of its own, by which the consumer
 * tells repeats. Pure: what has been applied is given, what would be is answered.
 */
final class VersionGate {
  private static final Set<String> STEPS =
      Stream.of(Topics.COMMAND_TOPICS, Topics.ANSWER_TOPICS)
          .flatMap(List::stream)
          .collect(Collectors.toUnmodifiableSet());

  private final Map<StreamKey, Long> applied;
  private final List<Message> admitted = new ArrayList<>();
  private final SortedMap<StreamKey, Advance> advances = new TreeMap<>();
  private final Map<TopicPartition, Halt> halts = new HashMap<>();
  private int repeats;

  private VersionGate(Map<StreamKey, Long> applied) {
    this.applied = applied;
  }

  /**
   * @param applied versions reached by the streams in the batch; absent means none
   * @param batch in order per partition
   */
  static Judgement judge(Map<StreamKey, Long> applied, List<Decoded> batch) {
    VersionGate gate = new VersionGate(applied);
    batch.forEach(gate::judge);
    return new Judgement(
        gate.admitted, gate.advances, gate.repeats, List.copyOf(gate.halts.values()));
  }

  private void judge(Decoded record) {
    if (halts.containsKey(record.position().partition())) {
      return;
    }
    switch (record) {
      case Unreadable unreadable -> halt(Halt.unreadable(unreadable));
      case Message message -> judge(message);
    }
  }

  private void judge(Message message) {
    Advance soFar = advances.get(message.stream());
    long before = applied.getOrDefault(message.stream(), 0L);
    long current = soFar == null ? before : soFar.to();
    if (message.version() == Message.UNSEQUENCED) {
      if (STEPS.contains(message.stream().topic())) {
        admitted.add(message);
      } else {
        halt(Halt.unsequenced(message));
      }
    } else if (message.version() <= current) {
      repeats++;
    } else if (message.version() == current + 1) {
      admitted.add(message);
      advances.put(message.stream(), new Advance(before, message.version()));
    } else {
      halt(Halt.gap(message, current));
    }
  }

  private void halt(Halt halt) {
    halts.put(halt.position().partition(), halt);
  }
}
