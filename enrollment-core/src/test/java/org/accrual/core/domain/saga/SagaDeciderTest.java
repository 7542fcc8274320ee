package org.accrual.core.domain.saga;

import static org.accrual.core.domain.enrollment.EnrollmentFixtures.ELIGIBLE;
import static org.accrual.core.domain.enrollment.EnrollmentFixtures.SUBJECT;
import static org.accrual.core.domain.saga.SagaFixtures.*;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.accrual.core.domain.enrollment.EnrollmentEvent;
import org.accrual.core.domain.enrollment.EnrollmentEvent.CompensationStarted;
import org.accrual.core.domain.enrollment.EnrollmentEvent.EnrollmentConfirmed;
import org.accrual.core.domain.enrollment.EnrollmentEvent.EnrollmentRejected;
import org.accrual.core.domain.enrollment.EnrollmentFixtures;
import org.accrual.core.domain.enrollment.EnrollmentState;
import org.accrual.core.domain.enrollment.EnrollmentState.OffStudy;
import org.accrual.core.domain.enrollment.EnrollmentState.PendingOnStudy;
import org.accrual.core.domain.saga.ParticipantAnswer.KitAllocated;
import org.accrual.core.domain.saga.ParticipantAnswer.KitsHeld;
import org.accrual.core.domain.saga.ParticipantAnswer.KitsRefused;
import org.accrual.core.domain.saga.ParticipantAnswer.KitsReleased;
import org.accrual.core.domain.saga.ParticipantAnswer.RandomizationRefused;
import org.accrual.core.domain.saga.ParticipantAnswer.Randomized;
import org.accrual.core.domain.saga.ParticipantAnswer.SlotRefused;
import org.accrual.core.domain.saga.ParticipantAnswer.SlotReleased;
import org.accrual.core.domain.saga.ParticipantAnswer.SlotReserved;
import org.accrual.core.domain.saga.ParticipantCommand.AllocateKit;
import org.accrual.core.domain.saga.ParticipantCommand.HoldKits;
import org.accrual.core.domain.saga.ParticipantCommand.Randomize;
import org.accrual.core.domain.saga.ParticipantCommand.ReleaseKits;
import org.accrual.core.domain.saga.ParticipantCommand.ReleaseSlot;
import org.accrual.core.domain.saga.ParticipantCommand.ReserveSlot;
import org.accrual.core.domain.saga.SagaInput.Answered;
import org.accrual.core.domain.saga.SagaInput.Repeat;
import org.accrual.core.domain.saga.SagaInput.Stop;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Every input at every step. */
class SagaDeciderTest {
  static Stream<Arguments> pairs() {
    return Arrays.stream(SagaStep.values())
        .flatMap(step -> inputs().stream().map(input -> Arguments.of(step, input)));
  }

  @ParameterizedTest
  @MethodSource("pairs")
  void everyPairOfStepAndInput(SagaStep step, SagaInput input) {
    assertThat(decide(step, input)).isEqualTo(expected(step, input));
  }

  @Test
  void theInputsAreAllThereAre() {
    assertThat(ANSWERS.stream().map(Object::getClass).collect(Collectors.toSet()))
        .isEqualTo(
            Arrays.stream(ParticipantAnswer.class.getPermittedSubclasses())
                .collect(Collectors.toSet()));
  }

  private static SagaTurn expected(SagaStep step, SagaInput input) {
    return switch (input) {
      case Answered(_, ParticipantAnswer answer) -> onAnswer(step, answer);
      case Stop(String reason) -> onStop(step, reason);
      case Repeat _ -> again(step);
    };
  }

  private static SagaTurn onAnswer(SagaStep step, ParticipantAnswer answer) {
    return switch (step) {
      case RESERVE_SLOT ->
          switch (answer) {
            case SlotReserved _ ->
                on(
                    step,
                    SagaStep.HOLD_KITS,
                    List.of(new EnrollmentEvent.SlotReserved(SUBJECT)),
                    new HoldKits(1, STUDY_VERSION, SITE_VERSION));
            case SlotRefused _ -> rejected("SITE_CAPACITY_EXHAUSTED");
            default -> unchanged(step);
          };
      case HOLD_KITS ->
          switch (answer) {
            case KitsHeld _ ->
                on(
                    step,
                    SagaStep.RANDOMIZE,
                    List.of(),
                    new Randomize(1, ELIGIBLE.strata(), STUDY_VERSION));
            case KitsRefused _ -> compensating(step, "KITS_EXHAUSTED", SagaStep.RELEASE_SLOT);
            default -> unchanged(step);
          };
      case RANDOMIZE ->
          switch (answer) {
            case Randomized _ ->
                on(
                    step,
                    SagaStep.ALLOCATE_KIT,
                    List.of(new EnrollmentEvent.Randomized(SUBJECT, "a-1", "R-1")),
                    new AllocateKit(1, "a-1", SEALED));
            case RandomizationRefused _ ->
                compensating(step, "STRATUM_UNKNOWN", SagaStep.RELEASE_KITS);
            default -> unchanged(step);
          };
      case ALLOCATE_KIT ->
          switch (answer) {
            case KitAllocated _ ->
                over(
                    new EnrollmentEvent.KitAllocated(SUBJECT, "K1"),
                    new EnrollmentConfirmed(SUBJECT, "K1", "R-1"));
            case KitsRefused _ -> compensating(step, "KITS_EXHAUSTED", SagaStep.RELEASE_KITS);
            // What a repetition of the step asks for.
            case Randomized _ -> on(step, step, List.of(), new AllocateKit(1, "a-1", SEALED));
            default -> unchanged(step);
          };
      case RELEASE_KITS ->
          answer instanceof KitsReleased
              ? on(step, SagaStep.RELEASE_SLOT, List.of(), new ReleaseSlot(1, false))
              : unchanged(step);
      case RELEASE_SLOT ->
          switch (answer) {
            case SlotReleased _ -> rejected("KITS_EXHAUSTED");
            case KitsHeld _, KitAllocated _ -> on(step, step, List.of(), new ReleaseKits(1));
            default -> unchanged(step);
          };
      case RETURN_SLOT -> answer instanceof SlotReleased ? over() : unchanged(step);
    };
  }

  private static SagaTurn onStop(SagaStep step, String reason) {
    return switch (step) {
      case RESERVE_SLOT -> compensating(step, reason, SagaStep.RELEASE_SLOT);
      case HOLD_KITS, RANDOMIZE, ALLOCATE_KIT -> compensating(step, reason, SagaStep.RELEASE_KITS);
      default -> unchanged(step);
    };
  }

  /** Whoever is silent is asked again, and never anything else: an outage rejects nobody. */
  private static SagaTurn again(SagaStep step) {
    SagaRun run = run(step);
    SagaRun repeated =
        new SagaRun(1, step, run.studyVersion(), run.siteVersion(), run.repeats() + 1);
    return new SagaTurn(
        List.of(),
        Optional.of(repeated),
        switch (step) {
          case RESERVE_SLOT ->
              List.of(new ReserveSlot(1, ELIGIBLE.strata(), STUDY_VERSION, SITE_VERSION));
          case HOLD_KITS -> List.of(new HoldKits(1, STUDY_VERSION, SITE_VERSION));
          // Its answer has the sealed arm that AllocateKit needs.
          case RANDOMIZE, ALLOCATE_KIT ->
              List.of(new Randomize(1, ELIGIBLE.strata(), STUDY_VERSION));
          case RELEASE_KITS -> List.of(new ReleaseKits(1));
          case RELEASE_SLOT -> List.of(new ReleaseSlot(1, false));
          case RETURN_SLOT -> List.of(new ReleaseSlot(1, true));
        });
  }

  private static SagaTurn on(
      SagaStep from, SagaStep to, List<EnrollmentEvent> events, ParticipantCommand... commands) {
    SagaRun run = run(from);
    return new SagaTurn(
        events,
        Optional.of(new SagaRun(1, to, run.studyVersion(), run.siteVersion(), REPEATS)),
        List.of(commands));
  }

  private static SagaTurn compensating(SagaStep from, String reason, SagaStep to) {
    ParticipantCommand release =
        to == SagaStep.RELEASE_SLOT ? new ReleaseSlot(1, false) : new ReleaseKits(1);
    boolean isFinal = reason.equals("STRATUM_UNKNOWN");
    return on(from, to, List.of(new CompensationStarted(SUBJECT, reason, isFinal)), release);
  }

  private static SagaTurn rejected(String reason) {
    return over(new EnrollmentRejected(SUBJECT, reason, false));
  }

  private static SagaTurn over(EnrollmentEvent... events) {
    return new SagaTurn(List.of(events), Optional.empty(), List.of());
  }

  private static SagaTurn unchanged(SagaStep step) {
    return new SagaTurn(List.of(), Optional.of(run(step)), List.of());
  }

  @Test
  void aRequestBeginsWithASlot() {
    assertThat(
            SagaDecider.begin(
                (PendingOnStudy) state(SagaStep.RESERVE_SLOT), STUDY_VERSION, SITE_VERSION))
        .isEqualTo(
            new SagaTurn(
                List.of(),
                Optional.of(new SagaRun(1, SagaStep.RESERVE_SLOT, STUDY_VERSION, SITE_VERSION, 0)),
                List.of(new ReserveSlot(1, ELIGIBLE.strata(), STUDY_VERSION, SITE_VERSION))));
  }

  @Test
  void aPatientWhoLeavesGivesBackTheSlotAndKeepsTheKit() {
    OffStudy off = (OffStudy) state(SagaStep.RETURN_SLOT);
    assertThat(SagaDecider.giveBack(off))
        .isEqualTo(begun(SagaStep.RETURN_SLOT, 0, 0, new ReleaseSlot(1, true)));
  }

  private static SagaTurn begun(
      SagaStep step, long study, long site, ParticipantCommand... commands) {
    return new SagaTurn(
        List.of(), Optional.of(new SagaRun(1, step, study, site, 0)), List.of(commands));
  }

  @ParameterizedTest
  @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "RETURN_SLOT")
  void thePatientWhoWithdrawsMeanwhileGivesBackAndIsNotRejectedAgain(SagaStep step) {
    boolean slotAlone = step == SagaStep.RESERVE_SLOT || step == SagaStep.RELEASE_SLOT;
    SagaTurn turn = SagaDecider.withdrawn(run(step));
    assertThat(turn)
        .isEqualTo(
            slotAlone
                ? on(step, SagaStep.RELEASE_SLOT, List.of(), new ReleaseSlot(1, false))
                : on(step, SagaStep.RELEASE_KITS, List.of(), new ReleaseKits(1)));
    List<EnrollmentEvent> stream = new ArrayList<>(EnrollmentFixtures.requested());
    stream.add(new EnrollmentRejected(SUBJECT, "PATIENT_WITHDRAWN", false));
    stream.add(new EnrollmentEvent.PatientWithdrawn(SUBJECT, "moved", "dr-a", false));
    EnrollmentState withdrawn = EnrollmentFixtures.state(stream);
    Optional<SagaRun> last = Optional.of(run(SagaStep.RELEASE_SLOT));
    assertThat(SagaDecider.decide(answered(new SlotReleased()), withdrawn, last)).isEqualTo(over());
  }

  @Test
  void withoutARepetitionASecondAllocationIsNotAskedForAgain() {
    Optional<SagaRun> run =
        Optional.of(new SagaRun(1, SagaStep.ALLOCATE_KIT, STUDY_VERSION, SITE_VERSION, 0));
    assertThat(
            SagaDecider.decide(
                answered(new Randomized("a-1", "R-1", SEALED)), state(SagaStep.ALLOCATE_KIT), run))
        .isEqualTo(new SagaTurn(List.of(), run, List.of()));
  }

  @Test
  void pausesDoubleUpToTheLongestAndAreSpread() {
    SagaTiming timing = new SagaTiming(Duration.ofSeconds(30), Duration.ofMinutes(10));
    assertThat(Stream.of(0, 1, 4, 5, 1000).map(repeats -> timing.pause(repeats, 0).toSeconds()))
        .containsExactly(30L, 60L, 480L, 600L, 600L);
    assertThat(timing.pause(1, 1)).isEqualTo(Duration.ofSeconds(75));
  }

  /** What an answer says is taken is given back if nobody wants it; all else is dropped. */
  private static List<ParticipantCommand> back(int attempt, ParticipantAnswer answer) {
    return switch (answer) {
      case SlotReserved _ -> List.of(new ReleaseSlot(attempt, false));
      case KitsHeld _, KitAllocated _ -> List.of(new ReleaseKits(attempt));
      default -> List.of();
    };
  }

  static List<ParticipantAnswer> answers() {
    return ANSWERS;
  }

  @ParameterizedTest
  @MethodSource("answers")
  void anAnswerToAnEarlierRequestIsGivenBack(ParticipantAnswer answer) {
    for (SagaStep step : SagaStep.values()) {
      Optional<SagaRun> run = Optional.of(run(step));
      assertThat(SagaDecider.decide(new Answered(7, answer), state(step), run))
          .isEqualTo(new SagaTurn(List.of(), run, back(7, answer)));
    }
  }

  @ParameterizedTest
  @MethodSource("answers")
  void withoutARunOnlyAConfirmedRequestKeepsWhatItHas(ParticipantAnswer answer) {
    EnrollmentFixtures.histories()
        .forEach(
            (state, history) -> {
              EnrollmentState now = EnrollmentFixtures.state(history);
              boolean keeps =
                  now instanceof EnrollmentState.Registered
                      || now instanceof EnrollmentState.Pending;
              assertThat(decide(now, new Answered(1, answer)))
                  .as(state.getSimpleName())
                  .isEqualTo(
                      new SagaTurn(
                          List.of(), Optional.empty(), keeps ? List.of() : back(1, answer)));
              assertThat(decide(now, new Answered(2, answer)).commands())
                  .isEqualTo(back(2, answer));
            });
  }

  @Test
  void withoutARunThereIsNothingToRepeatAndNothingToStop() {
    for (SagaInput input : List.of(new Repeat(), new Stop("CANCELLED"))) {
      assertThat(decide(EnrollmentState.initial(), input))
          .isEqualTo(new SagaTurn(List.of(), Optional.empty(), List.of()));
    }
  }

  @Test
  void aRunBesideAStreamThatItIsNotOfIsAFault() {
    assertThatThrownBy(
            () ->
                SagaDecider.decide(
                    new Stop("CANCELLED"),
                    state(SagaStep.RETURN_SLOT),
                    Optional.of(run(SagaStep.RANDOMIZE))))
        .isInstanceOf(IllegalStateException.class);
  }

  @ParameterizedTest
  @EnumSource
  void everyStepIsFoundByItsCode(SagaStep step) {
    assertThat(SagaStep.ofCode(step.code())).isEqualTo(step);
  }
}
