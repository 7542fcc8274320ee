package org.accrual.core.domain.saga;

import java.util.List;
import java.util.Optional;
import org.accrual.core.domain.enrollment.EnrollmentEvent;

/**
 * What comes of an input.
 *
 * @param events of the enrollment
 * @param run as it goes on; empty: there is none, or it is over
 * @param commands to the participants
 */
public record SagaTurn(
    List<EnrollmentEvent> events, Optional<SagaRun> run, List<ParticipantCommand> commands) {
  public SagaTurn {
    events = List.copyOf(events);
    commands = List.copyOf(commands);
  }

  static SagaTurn unchanged(Optional<SagaRun> run) {
    return new SagaTurn(List.of(), run, List.of());
  }

  static SagaTurn over(List<EnrollmentEvent> events) {
    return new SagaTurn(events, Optional.empty(), List.of());
  }

  static SagaTurn on(List<EnrollmentEvent> events, SagaRun run, ParticipantCommand... commands) {
    return new SagaTurn(events, Optional.of(run), List.of(commands));
  }
}
