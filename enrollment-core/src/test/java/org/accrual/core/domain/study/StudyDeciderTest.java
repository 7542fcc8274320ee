package org.accrual.core.domain.study;

import static org.accrual.core.domain.study.StudyFixtures.DESIGN;
import static org.accrual.core.domain.study.StudyFixtures.STUDY;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.accrual.core.domain.Refusal.Reason;
import org.accrual.core.domain.Specification;
import org.accrual.core.domain.study.StudyCommand.Activate;
import org.accrual.core.domain.study.StudyCommand.CloseToAccrual;
import org.accrual.core.domain.study.StudyCommand.Complete;
import org.accrual.core.domain.study.StudyCommand.Register;
import org.accrual.core.domain.study.StudyCommand.ResumeAccrual;
import org.accrual.core.domain.study.StudyCommand.SuspendAccrual;
import org.accrual.core.domain.study.StudyState.Active;
import org.accrual.core.domain.study.StudyState.Approved;
import org.accrual.core.domain.study.StudyState.ClosedToAccrual;
import org.accrual.core.domain.study.StudyState.Completed;
import org.accrual.core.domain.study.StudyState.TemporarilyClosed;
import org.accrual.core.domain.study.StudyState.Unregistered;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class StudyDeciderTest {
  private static final Specification<StudyCommand, StudyEvent, StudyState> STUDIES =
      new Specification<>(
          StudyState.initial(),
          StudyState::apply,
          (c, s) -> StudyDecider.decide(c, s, LiveEnrollments.NONE));

  /** The whole state machine: what is not here is refused. */
  private static final Map<Class<? extends StudyState>, Map<Class<?>, StudyEvent>> ALLOWED =
      Map.of(
          Unregistered.class,
          Map.of(Register.class, StudyFixtures.REGISTERED),
          Approved.class,
          Map.of(Activate.class, new StudyEvent.StudyActivated(STUDY)),
          Active.class,
          Map.of(
              SuspendAccrual.class, new StudyEvent.AccrualSuspended(STUDY, "pause"),
              CloseToAccrual.class, new StudyEvent.StudyClosedToAccrual(STUDY, "enough")),
          TemporarilyClosed.class,
          Map.of(
              ResumeAccrual.class, new StudyEvent.AccrualResumed(STUDY),
              CloseToAccrual.class, new StudyEvent.StudyClosedToAccrual(STUDY, "enough")),
          ClosedToAccrual.class,
          Map.of(Complete.class, new StudyEvent.StudyCompleted(STUDY)),
          Completed.class,
          Map.of());

  static Stream<Arguments> pairs() {
    return StudyFixtures.histories().keySet().stream()
        .flatMap(state -> StudyFixtures.commands().stream().map(c -> Arguments.of(state, c)));
  }

  @ParameterizedTest
  @MethodSource("pairs")
  void everyPairOfStateAndCommand(Class<? extends StudyState> state, StudyCommand command) {
    List<StudyEvent> history = StudyFixtures.histories().get(state);
    STUDIES.given(history).is(state);
    StudyEvent expected = ALLOWED.get(state).get(command.getClass());
    if (expected != null) {
      STUDIES.given(history).when(command).then(expected);
    } else {
      var refusal = STUDIES.given(history).when(command).refused(refusalIn(state, command));
      assertThat(refusal.about()).isEqualTo(Map.of("study_id", STUDY));
    }
  }

  private static Reason refusalIn(Class<? extends StudyState> state, StudyCommand command) {
    if (command instanceof Register) {
      return Reason.STUDY_EXISTS;
    }
    return state == Unregistered.class
        ? Reason.STUDY_NOT_FOUND
        : Reason.STUDY_TRANSITION_NOT_ALLOWED;
  }

  @Test
  void thePairsAreAllThereAre() {
    assertThat(StudyFixtures.histories().keySet()).isEqualTo(leaves(StudyState.class));
    assertThat(StudyFixtures.commands().stream().map(Object::getClass).collect(Collectors.toSet()))
        .isEqualTo(leaves(StudyCommand.class));
  }

  @Test
  void resumedIsActiveAgain() {
    STUDIES
        .given(
            StudyFixtures.REGISTERED,
            new StudyEvent.StudyActivated(STUDY),
            new StudyEvent.AccrualSuspended(STUDY, "pause"),
            new StudyEvent.AccrualResumed(STUDY))
        .is(Active.class);
  }

  @Test
  void everyPhaseLeadsBackToItsState() {
    for (StudyPhase phase : StudyPhase.values()) {
      assertThat(StudyPhase.of(phase.with(DESIGN))).isEqualTo(phase);
      assertThat(StudyPhase.ofCode(phase.code())).isEqualTo(phase);
    }
  }

  static Set<Class<?>> leaves(Class<?> sealed) {
    return Arrays.stream(sealed.getPermittedSubclasses())
        .flatMap(sub -> sub.isSealed() ? leaves(sub).stream() : Stream.of(sub))
        .collect(Collectors.toSet());
  }
}
