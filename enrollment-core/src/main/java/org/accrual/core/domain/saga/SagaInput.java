package org.accrual.core.domain.saga;

/** What moves a run. */
public sealed interface SagaInput {

  /**
   * A participant answered.
   *
   * @param attempt the request that it answers for
   */
  record Answered(int attempt, ParticipantAnswer answer) implements SagaInput {}

  /** The time at which the run is due may have come. */
  record Due() implements SagaInput {}

  /** Somebody wants it to end. */
  record Cancel() implements SagaInput {}
}
