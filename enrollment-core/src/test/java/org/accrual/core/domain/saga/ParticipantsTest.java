package org.accrual.core.domain.saga;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The participants' contract, on the model that the laws of the saga rest on. */
class ParticipantsTest {
  private static final ParticipantCommand RESERVE =
      new ParticipantCommand.ReserveSlot(1, Map.of(), 1, 1);
  private static final ParticipantCommand HOLD = new ParticipantCommand.HoldKits(1, 1, 1);
  private static final ParticipantCommand RANDOMIZE =
      new ParticipantCommand.Randomize(1, Map.of(), 1);
  private static final ParticipantCommand ALLOCATE =
      new ParticipantCommand.AllocateKit(1, "a", SagaFixtures.SEALED);
  private static final ParticipantCommand RELEASE_KITS = new ParticipantCommand.ReleaseKits(1);
  private static final ParticipantCommand RELEASE_SLOT =
      new ParticipantCommand.ReleaseSlot(1, false);

  private final Participants willing = new Participants(1, 1);

  static Stream<ParticipantCommand> requests() {
    return Stream.of(RESERVE, HOLD, RANDOMIZE);
  }

  @ParameterizedTest
  @MethodSource("requests")
  void aRequestIsAnsweredAlikeWhateverHasChangedSince(ParticipantCommand request) {
    Optional<ParticipantAnswer> first = willing.take(1, request);
    willing.randomizes(false);

    assertThat(first).isPresent();
    assertThat(willing.take(1, request)).isEqualTo(first);
  }

  @ParameterizedTest
  @MethodSource("requests")
  void aRefusalIsAnsweredAlikeWhateverHasChangedSince(ParticipantCommand request) {
    Participants full = request == RANDOMIZE ? willing : filled();
    full.randomizes(false);
    Optional<ParticipantAnswer> first = full.take(1, request);
    assertThat(first.map(Object::toString).orElse("")).contains("Refused");

    full.randomizes(true);
    full.take(2, RELEASE_SLOT);
    full.take(2, RELEASE_KITS);

    assertThat(full.take(1, request)).isEqualTo(first);
  }

  /** Returns participants whose one slot and kit patient 2 has. */
  private Participants filled() {
    List.of(RESERVE, HOLD).forEach(request -> willing.take(2, request));
    return willing;
  }

  static Stream<List<ParticipantCommand>> releases() {
    return Stream.of(
        List.of(RELEASE_SLOT, RESERVE),
        List.of(RELEASE_KITS, HOLD),
        List.of(RELEASE_KITS, ALLOCATE));
  }

  @ParameterizedTest
  @MethodSource("releases")
  void aReleaseIsAcknowledgedAgainAndBarsItsRequest(List<ParticipantCommand> releaseAndRequest) {
    ParticipantCommand release = releaseAndRequest.getFirst();
    Optional<ParticipantAnswer> acknowledged = willing.take(1, release);

    assertThat(acknowledged).isPresent();
    assertThat(willing.take(1, release)).isEqualTo(acknowledged);
    assertThat(willing.take(1, releaseAndRequest.getLast())).isEmpty();
    assertThat(willing.slotsTaken() + willing.kitsTaken()).isZero();
    assertThat(willing.kitsBalance()).isTrue();
  }
}
