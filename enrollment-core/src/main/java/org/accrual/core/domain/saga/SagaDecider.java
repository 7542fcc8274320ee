package org.accrual.core.domain.saga;

import java.util.List;
import java.util.Optional;
import org.accrual.core.domain.enrollment.EnrollmentEvent.EnrollmentRejected;
import org.accrual.core.domain.enrollment.EnrollmentState;
import org.accrual.core.domain.enrollment.EnrollmentState.Compensating;
import org.accrual.core.domain.enrollment.EnrollmentState.Pending;
import org.accrual.core.domain.enrollment.EnrollmentState.PendingOnStudy;
import org.accrual.core.domain.enrollment.EnrollmentState.Registered;
import org.accrual.core.domain.enrollment.EnrollmentState.Started;
import org.accrual.core.domain.enrollment.EnrollmentState.Withdrawn;
import org.accrual.core.domain.saga.ParticipantAnswer.KitAllocated;
import org.accrual.core.domain.saga.ParticipantAnswer.KitsHeld;
import org.accrual.core.domain.saga.ParticipantAnswer.SlotReserved;
import org.accrual.core.domain.saga.ParticipantCommand.ReleaseKits;
import org.accrual.core.domain.saga.ParticipantCommand.ReleaseSlot;
import org.accrual.core.domain.saga.SagaInput.Answered;
import org.accrual.core.domain.saga.SagaInput.Repeat;
import org.accrual.core.domain.saga.SagaInput.Stop;

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
  public static SagaTurn begin(PendingOnStudy requested, long studyVersion, long siteVersion) {
    SagaRun run =
        new SagaRun(requested.attempt(), SagaStep.RESERVE_SLOT, studyVersion, siteVersion, 0);
    return SagaTurn.on(List.of(), run, new Forward(requested, run).reserveSlot());
  }

  /** Returns the run that releases the slot of an enrollment that has just ended. */
  public static SagaTurn giveBack(Registered ended) {
    return Returns.begin(ended.attempt());
  }

  /** Returns the run of a patient who has just withdrawn: it gives back and records nothing. */
  public static SagaTurn withdrawn(SagaRun run) {
    SagaStep first = release(run.step());
    return SagaTurn.on(List.of(), run.at(first), Compensation.command(first, run.attempt()));
  }

  /**
   * Returns the release with which a run that stops at a step begins. The answer that was waited
   * for may still come, so what it may bring is given back too.
   */
  static SagaStep release(SagaStep stopped) {
    return switch (stopped) {
      case RESERVE_SLOT, RELEASE_SLOT -> SagaStep.RELEASE_SLOT;
      case HOLD_KITS, RANDOMIZE, ALLOCATE_KIT, RELEASE_KITS -> SagaStep.RELEASE_KITS;
      case RETURN_SLOT ->
          throw new IllegalArgumentException("not the step of a request: " + stopped);
    };
  }

  /**
   * What comes of an input.
   *
   * @param run of the enrollment, if one is under way
   */
  public static SagaTurn decide(SagaInput input, EnrollmentState state, Optional<SagaRun> run) {
    if (run.isEmpty()) {
      return withoutRun(input, state);
    }
    SagaRun current = run.get();
    return switch (input) {
      case Answered(int attempt, ParticipantAnswer answer) when attempt != current.attempt() ->
          stray(attempt, answer, run);
      case Answered _, Repeat _, Stop _ -> onCourse(input, state, current);
    };
  }

  private static SagaTurn onCourse(SagaInput input, EnrollmentState state, SagaRun run) {
    SagaStep.Course course = run.step().course();
    if (course == SagaStep.Course.FORWARD && state instanceof PendingOnStudy pending) {
      return new Forward(pending, run).take(input);
    }
    if (course == SagaStep.Course.COMPENSATION && state instanceof Compensating compensating) {
      EnrollmentRejected rejection =
          new EnrollmentRejected(
              compensating.subject(), compensating.reason(), compensating.isFinal());
      return new Compensation(Optional.of(rejection), run).take(input);
    }
    if (course == SagaStep.Course.COMPENSATION && state instanceof Withdrawn) {
      return new Compensation(Optional.empty(), run).take(input);
    }
    if (course == SagaStep.Course.RETURN && state instanceof Registered) {
      return Returns.take(input, run);
    }
    throw new IllegalStateException("%s beside %s".formatted(run, state));
  }

  private static SagaTurn withoutRun(SagaInput input, EnrollmentState state) {
    return switch (input) {
      case Answered(int attempt, ParticipantAnswer answer) ->
          keeps(state, attempt)
              ? SagaTurn.unchanged(Optional.empty())
              : stray(attempt, answer, Optional.empty());
      case Repeat _, Stop _ -> SagaTurn.unchanged(Optional.empty());
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
          case SlotReserved _ -> List.of(new ReleaseSlot(attempt, false));
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
