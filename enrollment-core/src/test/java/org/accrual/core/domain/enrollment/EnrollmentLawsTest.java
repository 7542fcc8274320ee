package org.accrual.core.domain.enrollment;

import static org.accrual.core.domain.enrollment.EnrollmentFixtures.*;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.accrual.core.domain.Decision;
import org.accrual.core.domain.enrollment.EnrollmentEvent.ConsentRecorded;
import org.accrual.core.domain.enrollment.EnrollmentEvent.EligibilityRecorded;
import org.accrual.core.domain.enrollment.EnrollmentEvent.EnrollmentConfirmed;
import org.accrual.core.domain.enrollment.EnrollmentEvent.EnrollmentRequested;
import org.accrual.core.domain.enrollment.EnrollmentEvent.PatientScreened;
import org.accrual.core.domain.enrollment.EnrollmentPhase.Standing;

/** What holds for every sequence of commands. */
class EnrollmentLawsTest {

  private static final EnrollmentCommand CORRECT_TO_NOT_ELIGIBLE =
      new EnrollmentCommand.CorrectEligibility(NOT_ELIGIBLE, "misread", BY);

  /** Commands, and between them whole runs of the saga: confirmed, rejected, rejected for good. */
  @Provide
  Arbitrary<List<Object>> lives() {
    Arbitrary<Object> runs =
        Arbitraries.of(
            List.of(RESERVED, RANDOMIZED, ALLOCATED, CONFIRMED),
            List.of(REJECTED),
            List.of(RESERVED, COMPENSATING, REJECTED),
            List.of(REJECTED_FOR_GOOD));
    Arbitrary<Object> commands =
        Arbitraries.of(
                EnrollmentFixtures.commands().stream()
                    // What it leads to is another enrollment.
                    .filter(command -> command != RESCREEN)
                    .toList())
            .map(command -> command);
    return Arbitraries.oneOf(commands, Arbitraries.of(CORRECT_TO_NOT_ELIGIBLE), runs)
        .list()
        .ofMaxSize(40);
  }

  private static final class Life {
    EnrollmentState state = EnrollmentState.initial();
    final List<EnrollmentEvent> stream = new ArrayList<>();

    /** Whether anything happened. */
    boolean step(Object step) {
      switch (step) {
        case EnrollmentCommand command -> {
          Decision<EnrollmentEvent> decision = decide(command);
          assertThat(decide(command)).isEqualTo(decision);
          if (decision instanceof Decision.Accepted<EnrollmentEvent>(var events)) {
            happened(events);
            return true;
          }
        }
        case List<?> run when state instanceof EnrollmentState.PendingOnStudy ->
            happened(run.stream().map(EnrollmentEvent.class::cast).toList());
        default -> {}
      }
      return false;
    }

    private Decision<EnrollmentEvent> decide(EnrollmentCommand command) {
      return EnrollmentDecider.decide(command, state, facts(state), NOW);
    }

    private void happened(List<EnrollmentEvent> events) {
      stream.addAll(events);
      state = EnrollmentFold.fold(state, events);
    }
  }

  @Property
  void everyLifeFoldsTheSameHoweverItIsCut(@ForAll("lives") List<Object> steps) {
    Life life = new Life();
    for (Object step : steps) {
      life.step(step);
      assertThat(EnrollmentFold.fold(EnrollmentState.initial(), life.stream)).isEqualTo(life.state);
    }
  }

  @Property
  void whatHasEndedForGoodStaysSo(@ForAll("lives") List<Object> steps) {
    Life life = new Life();
    for (Object step : steps) {
      boolean ended = EnrollmentPhase.of(life.state).standing() == Standing.BARRED;
      EnrollmentState before = life.state;
      life.step(step);
      if (ended) {
        assertThat(life.state).isEqualTo(before);
      }
    }
  }

  @Property
  void screenedThenConsentedThenAssessedThenRequestedThenConfirmed(
      @ForAll("lives") List<Object> steps) {
    List<Class<?>> order =
        List.of(
            PatientScreened.class,
            ConsentRecorded.class,
            EligibilityRecorded.class,
            EnrollmentRequested.class,
            EnrollmentConfirmed.class);
    Life life = new Life();
    steps.forEach(life::step);
    List<Class<?>> happened = new ArrayList<>();
    for (EnrollmentEvent event : life.stream) {
      int place = order.indexOf(event.getClass());
      if (place > 0) {
        assertThat(happened).contains(order.get(place - 1));
      }
      happened.add(event.getClass());
    }
    assertThat(happened.stream().filter(PatientScreened.class::equals).count())
        .isLessThanOrEqualTo(1);
    assertThat(happened.stream().filter(EnrollmentConfirmed.class::equals).count())
        .isLessThanOrEqualTo(1);
  }
}
