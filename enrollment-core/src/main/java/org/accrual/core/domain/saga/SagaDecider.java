package org.accrual.core.domain.saga;

import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.accrual.core.domain.enrollment.EnrollmentState;
import org.accrual.core.domain.enrollment.EnrollmentState.Compensating;
import org.accrual.core.domain.enrollment.EnrollmentState.Pending;
import org.accrual.core.domain.enrollment.EnrollmentState.PendingOnStudy;
import org.accrual.core.domain.enrollment.EnrollmentState.Registered;
import org.accrual.core.domain.enrollment.EnrollmentState.Started;
import org.accrual.core.domain.saga.ParticipantAnswer.KitAllocated;
import org.accrual.core.domain.saga.ParticipantAnswer.KitsHeld;
import org.accrual.core.domain.saga.ParticipantAnswer.SlotReserved;
import org.accrual.core.domain.saga.ParticipantCommand.ReleaseKits;
import org.accrual.core.domain.saga.ParticipantCommand.ReleaseSlot;
import org.accrual.core.domain.saga.ParticipantCommand.ReserveSlot;
import org.accrual.core.domain.saga.SagaInput.Answered;
import org.accrual.core.domain.saga.SagaInput.Cancel;
import org.accrual.core.domain.saga.SagaInput.Due;

/**
 * Decides what a run does. Total: an answer that is late, repeated or out of place changes nothing,
 * except that what it says is taken and nobody wants any more is given back.
 */
public final class SagaDecider {
  private SagaDecider() {}

  /**
   * The run of an enrollment that has just been requested.
   *
   * @param studyVersion of the study's stream, held while the request is accepted
   * @param siteVersion of the site's stream, likewise
   */
  public static SagaTurn begin(
      PendingOnStudy requested,
      long studyVersion,
      long siteVersion,
      SagaTiming timing,
      Instant now) {
    Instant deadline = now.plus(timing.stepDeadline());
    int attempt = requested.attempt();
    return SagaTurn.on(
        List.of(),
        new SagaRun(attempt, SagaStep.RESERVE_SLOT, studyVersion, siteVersion, deadline),
        new ReserveSlot(attempt, siteVersion, deadline));
  }

  /** Returns the run that releases the slot of an enrollment that has just ended. */
  public static SagaTurn giveBack(Registered ended, SagaTiming timing, Instant now) {
    return Returns.begin(ended.attempt(), now.plus(timing.compensationRetry()));
  }

  /**
   * What comes of an input.
   *
   * @param run of the enrollment, if one is under way
   */
  public static SagaTurn decide(
      SagaInput input,
      EnrollmentState state,
      Optional<SagaRun> run,
      SagaTiming timing,
      Instant now) {
    if (run.isEmpty()) {
      return withoutRun(input, state);
    }
    SagaRun current = run.get();
    return switch (input) {
      case Answered(int attempt, ParticipantAnswer answer) when attempt != current.attempt() ->
          stray(attempt, answer, run);
      case Due _ when now.isBefore(current.dueAt()) -> SagaTurn.unchanged(run);
      case Answered _, Due _, Cancel _ -> onCourse(input, state, current, timing, now);
    };
  }

  private static SagaTurn onCourse(
      SagaInput input, EnrollmentState state, SagaRun run, SagaTiming timing, Instant now) {
    SagaStep.Course course = run.step().course();
    if (course == SagaStep.Course.FORWARD && state instanceof PendingOnStudy pending) {
      return new Forward(pending, run, timing, now).take(input);
    }
    if (course == SagaStep.Course.COMPENSATION && state instanceof Compensating compensating) {
      return new Compensation(compensating, run, timing, now).take(input);
    }
    if (course == SagaStep.Course.RETURN && state instanceof Registered) {
      return Returns.take(input, run, now.plus(timing.compensationRetry()));
    }
    throw new IllegalStateException("%s beside %s".formatted(run, state));
  }

  private static SagaTurn withoutRun(SagaInput input, EnrollmentState state) {
    return switch (input) {
      case Answered(int attempt, ParticipantAnswer answer) ->
          keeps(state, attempt)
              ? SagaTurn.unchanged(Optional.empty())
              : stray(attempt, answer, Optional.empty());
      case Due _, Cancel _ -> SagaTurn.unchanged(Optional.empty());
    };
  }

  /** Of a confirmed attempt what it says is taken is the patient's; what is not was returned. */
  private static boolean keeps(EnrollmentState state, int attempt) {
    return switch (state) {
      case Registered registered -> registered.attempt() == attempt;
      // Without a run there is nothing pending; were there, its answers would be its own.
      case Pending pending -> pending.attempt() == attempt;
      case Started _, EnrollmentState.Candidate _ -> false;
    };
  }

  /** An answer to a request that is over: what it says is taken is given back. */
  static SagaTurn stray(int attempt, ParticipantAnswer answer, Optional<SagaRun> run) {
    List<ParticipantCommand> back =
        switch (answer) {
          case SlotReserved _ -> List.of(new ReleaseSlot(attempt));
          case KitsHeld _, KitAllocated _ -> List.of(new ReleaseKits(attempt));
          // An allocation, once made, is never used again; the rest takes nothing.
          case ParticipantAnswer.Randomized _,
              ParticipantAnswer.RandomizationRefused _,
              ParticipantAnswer.SlotRefused _,
              ParticipantAnswer.SlotReleased _,
              ParticipantAnswer.KitsRefused _,
              ParticipantAnswer.KitsReleased _ ->
              List.of();
        };
    return new SagaTurn(List.of(), run, back);
  }
}
