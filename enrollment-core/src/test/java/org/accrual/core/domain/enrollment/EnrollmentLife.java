package org.accrual.core.domain.enrollment;

import static org.accrual.core.domain.enrollment.EnrollmentFixtures.*;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import org.accrual.core.domain.Decision;

/** One enrollment under a random sequence of commands and saga runs. */
public final class EnrollmentLife {
  private static final EnrollmentCommand CORRECT_TO_NOT_ELIGIBLE =
      new EnrollmentCommand.CorrectEligibility(NOT_ELIGIBLE, "misread", BY);

  EnrollmentState state = EnrollmentState.initial();
  final List<EnrollmentEvent> stream = new ArrayList<>();

  /** Commands, and between them whole runs of the saga: confirmed, rejected, rejected for good. */
  static Arbitrary<List<Object>> steps() {
    Arbitrary<Object> runs =
        Arbitraries.of(
            List.of(RESERVED, RANDOMIZED, ALLOCATED, CONFIRMED),
            List.of(REJECTED),
            List.of(RESERVED, COMPENSATING, REJECTED),
            List.of(REJECTED_FOR_GOOD));
    Arbitrary<Object> commands =
        Arbitraries.of(
                EnrollmentFixtures.commands().stream()
                    // It leads to another enrollment.
                    .filter(command -> command != RESCREEN)
                    .toList())
            .map(command -> command);
    return Arbitraries.oneOf(commands, Arbitraries.of(CORRECT_TO_NOT_ELIGIBLE), runs)
        .list()
        .ofMaxSize(40);
  }

  /** Streams of events that commands and saga runs can lead to; each has an event. */
  public static Arbitrary<List<EnrollmentEvent>> streams() {
    return steps()
        .map(
            steps -> {
              EnrollmentLife life = new EnrollmentLife();
              steps.forEach(life::step);
              return List.copyOf(life.stream);
            })
        .filter(stream -> !stream.isEmpty());
  }

  /** Returns whether anything happened. */
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
