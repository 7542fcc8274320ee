package org.accrual.core.domain.saga;

/** What moves a run. */
public sealed interface SagaInput {

  /**
   * A participant answered.
   *
   * @param attempt the request that it answers for
   */
  record Answered(int attempt, ParticipantAnswer answer) implements SagaInput {}

  /** No answer has come for long: the step's command is to be sent again. */
  record Repeat() implements SagaInput {}

  /**
   * The enrollment is not wanted any more.
   *
   * @param reason of the rejection, UPPER_SNAKE
   */
  record Stop(String reason) implements SagaInput {}
}
