package org.accrual.core.application;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.accrual.core.application.Change.AdvanceOperation;
import org.accrual.core.application.Change.AppendToEnrollment;
import org.accrual.core.application.Change.CloseAttempt;
import org.accrual.core.application.Change.MoveSaga;
import org.accrual.core.application.Change.Send;
import org.accrual.core.domain.enrollment.EnrollmentPhase;
import org.accrual.core.domain.enrollment.EnrollmentPhase.Standing;
import org.accrual.core.domain.enrollment.EnrollmentState.Started;
import org.accrual.core.domain.enrollment.Subject;
import org.accrual.core.domain.saga.SagaDecider;
import org.accrual.core.domain.saga.SagaInput;
import org.accrual.core.domain.saga.SagaRun;
import org.accrual.core.domain.saga.SagaTurn;

/** What inputs make of one enrollment and its run, one after the other. */
final class SagaTurns {
  private final Optional<RunningSaga> before;
  private final Instant now;
  private final Subject subject;
  private final long versionBefore;
  private final List<Caused> told = new ArrayList<>();
  private EnrollmentHistory history;
  private Optional<SagaRun> run;
  private Optional<Origin> moved = Optional.empty();
  private Optional<Duration> pause = Optional.empty();

  /**
   * @param history with at least one event
   */
  SagaTurns(EnrollmentHistory history, Optional<RunningSaga> saga, Instant now) {
    this.history = history;
    this.before = saga;
    this.now = now;
    this.run = saga.map(RunningSaga::run);
    this.versionBefore = history.version();
    this.subject = history.subject();
  }

  /** Sends the step's command again, as part of the conversation that put the run at its step. */
  void repeat(Duration untilTheNext) {
    pause = Optional.of(untilTheNext);
    take(new SagaInput.Repeat(), before.orElseThrow().origin());
  }

  void take(SagaInput input, Origin origin) {
    SagaTurn turn = SagaDecider.decide(input, history.state(), run);
    List<Change> tell = new ArrayList<>();
    if (!turn.events().isEmpty()) {
      history = history.with(turn.events(), now);
      tell.add(new AppendToEnrollment(subject.enrollmentId(), history.version(), turn.events()));
    }
    if (!turn.commands().isEmpty()) {
      tell.add(new Send(subject, turn.commands()));
    }
    if (!tell.isEmpty()) {
      told.add(new Caused(origin, tell));
    }
    if (!turn.run().equals(run)) {
      run = turn.run();
      moved = Optional.of(origin);
    }
  }

  /** All that is to be written; nothing if nothing came of the inputs. */
  List<Caused> changes() {
    List<Caused> all = new ArrayList<>();
    moved.ifPresent(origin -> all.add(new Caused(origin, moves())));
    all.addAll(told);
    return all;
  }

  /** The request's end, if it has ended; giving back has none. */
  Optional<SagaEnd> end() {
    return before
        .flatMap(RunningSaga::operationId)
        .filter(_ -> run.isEmpty())
        .flatMap(operation -> Operations.progress(operation, history, versionBefore))
        .map(
            progress ->
                new SagaEnd(
                    progress.stages().getLast().stage(),
                    Duration.between(history.requestedAt().orElse(now), now)));
  }

  private List<Change> moves() {
    UUID id = subject.enrollmentId();
    List<Change> moves = new ArrayList<>();
    moves.add(new MoveSaga(id, before.orElseThrow().run().step(), run, pause));
    before
        .flatMap(RunningSaga::operationId)
        .flatMap(operation -> Operations.progress(operation, history, versionBefore))
        .ifPresent(progress -> moves.add(new AdvanceOperation(progress)));
    if (history.state() instanceof Started state && history.version() > versionBefore) {
      Standing standing = EnrollmentPhase.of(state).standing();
      if (standing != Standing.LIVE) {
        moves.add(new CloseAttempt(id, standing));
      }
    }
    return moves;
  }
}
