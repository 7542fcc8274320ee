package org.accrual.intake;

import static org.accrual.intake.IntakeFixtures.TOPIC;
import static org.accrual.intake.IntakeFixtures.message;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.stream.LongStream;
import org.accrual.contract.Topics;
import org.accrual.fixtures.Seeds;
import org.accrual.intake.Judgement.Advance;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class VersionGateTest {
  private static final StreamKey A = new StreamKey(TOPIC, "a");

  @Test
  void admitsTheNextVersionsInOrder() {
    List<Decoded> batch = List.of(message(0, 0, "a", 4), message(0, 1, "a", 5));

    Judgement judgement = judge(Map.of(A, 3L), batch);

    assertThat(judgement.admitted()).isEqualTo(batch);
    assertThat(judgement.advances()).containsExactly(Map.entry(A, new Advance(3, 5)));
    assertThat(judgement.repeats()).isZero();
    assertThat(judgement.parks()).isEmpty();
  }

  @Test
  void dropsWhatWasAppliedBeforeOrEarlierInTheBatch() {
    Message fresh = message(0, 1, "a", 4);

    Judgement judgement =
        judge(Map.of(A, 3L), List.of(message(0, 0, "a", 3), fresh, message(0, 2, "a", 4)));

    assertThat(judgement.admitted()).containsExactly(fresh);
    assertThat(judgement.repeats()).isEqualTo(2);
  }

  @Test
  void aStreamBeginsAtVersionOne() {
    assertThat(judge(Map.of(), List.of(message(0, 0, "a", 1))).parks()).isEmpty();
    assertThat(judge(Map.of(), List.of(message(0, 0, "a", 2))).parks()).hasSize(1);
  }

  @Test
  void aGapParksItsStreamFromThereOnAndNoOther() {
    Message before = message(0, 0, "a", 4);
    Message gap = message(0, 1, "a", 6);
    Message otherKey = message(0, 2, "b", 1);
    Message behindTheGap = message(0, 3, "a", 7);

    Judgement judgement = judge(Map.of(A, 3L), List.of(before, gap, otherKey, behindTheGap));

    assertThat(judgement.admitted()).containsExactly(before, otherKey);
    assertThat(judgement.parks())
        .extracting(Park::record, Park::cause)
        .containsExactly(tuple(gap, Cause.GAP), tuple(behindTheGap, Cause.BEHIND));
    assertThat(judgement.parks().getFirst().error()).contains("key a", "version 6", "version 4");
  }

  @Test
  void whatCannotBeReadParksItsKeyOnly() {
    Unreadable garbage =
        new Unreadable(new Position(new TopicPartition(TOPIC, 0), 7), A, "garbage");
    Message behind = message(0, 8, "a", 4);
    Message otherKey = message(0, 9, "b", 1);

    Judgement judgement = judge(Map.of(A, 3L), List.of(garbage, behind, otherKey));

    assertThat(judgement.admitted()).containsExactly(otherKey);
    assertThat(judgement.parks())
        .extracting(Park::record, Park::cause)
        .containsExactly(tuple(garbage, Cause.UNREADABLE), tuple(behind, Cause.BEHIND));
  }

  @Test
  void whatStandsInTheDeadLettersParksBehind() {
    Message next = message(0, 8, "a", 4);

    Judgement judgement = VersionGate.judge(Map.of(A, 3L), parked(A, Cause.POISON), List.of(next));

    assertThat(judgement.admitted()).isEmpty();
    assertThat(judgement.parks()).containsExactly(Park.behind(next));
  }

  @Test
  void theMissingEventIsAdmittedThoughItsStreamStands() {
    Message missing = message(0, 8, "a", 4);

    Judgement judgement =
        VersionGate.judge(
            Map.of(A, 3L), parked(A, Cause.GAP), List.of(message(0, 7, "a", 6), missing));

    assertThat(judgement.admitted()).containsExactly(missing);
    assertThat(judgement.closed()).containsExactly(A);
    assertThat(judgement.parks()).hasSize(1);
  }

  @Test
  void whatWasSettledIsARepeat() {
    Unreadable garbage =
        new Unreadable(new Position(new TopicPartition(TOPIC, 0), 7), A, "garbage");
    Message next = message(0, 8, "a", 4);

    Judgement judgement =
        VersionGate.judge(
            Map.of(A, 3L),
            new Known(Map.of(), Set.of(garbage.position()), Map.of(), Map.of(), Set.of()),
            List.of(garbage, next));

    assertThat(judgement.repeats()).isEqualTo(1);
    assertThat(judgement.admitted()).containsExactly(next);
  }

  @Test
  void whatCarriesNoSequenceIsNotTakenForARepeat() {
    Judgement judgement = judge(Map.of(), List.of(message(0, 0, "a", Message.UNSEQUENCED)));

    assertThat(judgement.repeats()).isZero();
    assertThat(judgement.parks()).hasSize(1);
  }

  @Test
  void aSagasCommandsPassThoughTheyCarryNoSequence() {
    Message first = command(0);
    Message repeated = command(1);

    Judgement judgement = judge(Map.of(), List.of(first, repeated));

    assertThat(judgement.admitted()).containsExactly(first, repeated);
    assertThat(judgement.advances()).isEmpty();
    assertThat(judgement.parks()).isEmpty();
  }

  @Test
  void whatSqlPublishesIsToldByItsId() {
    StreamKey lab = new StreamKey("accrual.lab.events", "a");
    Message first = unsequenced(0, lab);
    Message second = unsequenced(1, lab);
    Message third = unsequenced(2, lab);

    Judgement judgement =
        VersionGate.judge(
            Map.of(),
            Known.NOTHING.with(Set.of(first.id())),
            List.of(first, second, second, third));

    assertThat(judgement.admitted()).containsExactly(second, third);
    assertThat(judgement.repeats()).isEqualTo(2);
    assertThat(judgement.parks()).isEmpty();
  }

  @Test
  @DisplayName("An unreadable command parks alone: later ones of its site are admitted")
  void anUnreadableCommandParksAlone() {
    Message next = command(1);
    Unreadable garbage =
        new Unreadable(
            new Position(new TopicPartition(next.stream().topic(), 0), 0),
            next.stream(),
            "garbage");

    Judgement judgement = judge(Map.of(), List.of(garbage, next));

    assertThat(judgement.admitted()).containsExactly(next);
    assertThat(judgement.parks()).singleElement().returns(true, Park::isAlone);
  }

  @Test
  @DisplayName("Versions that were given up are passed, whether they come or not")
  void passesGivenUpVersions() {
    Known known = new Known(Map.of(), Set.of(), Map.of(A, Set.of(2L, 4L, 5L)), Map.of(), Set.of());
    Message first = message(0, 0, "a", 1);
    Message third = message(0, 2, "a", 3);
    Message sixth = message(0, 3, "a", 6);

    Judgement judgement =
        VersionGate.judge(Map.of(), known, List.of(first, message(0, 1, "a", 2), third, sixth));

    assertThat(judgement.admitted()).containsExactly(first, third, sixth);
    assertThat(judgement.repeated()).hasSize(1);
    assertThat(VersionGate.judge(Map.of(), known, List.of(first, third)).advances())
        .as("also if nothing comes after them")
        .containsExactly(Map.entry(A, new Advance(0, 5)));
  }

  @Test
  @DisplayName("Of an ignored stream everything after its last version is dropped")
  void dropsAnIgnoredStream() {
    Known known = new Known(Map.of(), Set.of(), Map.of(), Map.of(A, 1L), Set.of());
    Message first = message(0, 0, "a", 1);
    Unreadable garbage =
        new Unreadable(new Position(new TopicPartition(TOPIC, 0), 3), A, "garbage");

    Judgement judgement =
        VersionGate.judge(
            Map.of(), known, List.of(first, message(0, 1, "a", 2), message(0, 2, "a", 4), garbage));

    assertThat(judgement.admitted()).containsExactly(first);
    assertThat(judgement.repeats()).isEqualTo(3);
    assertThat(judgement.parks()).isEmpty();
  }

  private static Known parked(StreamKey stream, Cause cause) {
    return new Known(Map.of(stream, cause), Set.of(), Map.of(), Map.of(), Set.of());
  }

  private static Message command(long offset) {
    return unsequenced(offset, new StreamKey(Topics.CAPACITY_COMMANDS, "study/site"));
  }

  private static Message unsequenced(long offset, StreamKey stream) {
    Message any = message(0, offset, "a", Message.UNSEQUENCED);
    return new Message(
        any.position(),
        stream,
        any.version(),
        any.id(),
        any.type(),
        any.time(),
        any.correlation(),
        any.body());
  }

  private static Judgement judge(Map<StreamKey, Long> applied, List<? extends Decoded> batch) {
    return VersionGate.judge(applied, Known.NOTHING, List.copyOf(batch));
  }

  private static LongStream seeds() {
    return new Random(Seeds.of(VersionGateTest.class)).longs(50);
  }

  /** Whatever is repeated and however batches are cut, each version is admitted once, in order. */
  @ParameterizedTest
  @MethodSource("seeds")
  void redeliveriesChangeNothing(long seed) {
    Random random = new Random(seed);
    int versions = 50;
    List<Long> delivered = new ArrayList<>();
    for (long next = 1; next <= versions; next++) {
      delivered.add(next);
      if (random.nextInt(6) == 0) {
        // A crash: everything from some earlier version comes again. Not too often nor from too far
        // back, or the walk never gets to its end.
        next -= random.nextLong(Math.min(next, 5));
      }
    }
    Map<StreamKey, Long> applied = new HashMap<>();
    List<Long> admitted = new ArrayList<>();
    for (int from = 0; from < delivered.size(); ) {
      int to = Math.min(delivered.size(), from + 1 + random.nextInt(10));
      List<Decoded> batch = new ArrayList<>();
      for (int i = from; i < to; i++) {
        batch.add(message(0, i, "a", delivered.get(i)));
      }
      Judgement judgement = judge(applied, batch);
      assertThat(judgement.parks()).isEmpty();
      judgement.admitted().forEach(message -> admitted.add(message.version()));
      judgement.advances().forEach((stream, advance) -> applied.put(stream, advance.to()));
      from = to;
    }

    assertThat(admitted).hasSize(versions).isSorted().doesNotHaveDuplicates();
  }
}
