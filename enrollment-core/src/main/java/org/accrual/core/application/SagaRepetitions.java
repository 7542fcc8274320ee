package org.accrual.core.application;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.function.DoubleSupplier;
import org.accrual.core.application.SagaStore.Held;
import org.accrual.core.domain.saga.RejectionReason;
import org.accrual.core.domain.saga.SagaInput;
import org.accrual.core.domain.saga.SagaTiming;

/**
 * Moves sagas that no answer moves: repeats unanswered commands, so that every saga ends whatever
 * was lost, and gives up what a study does not want to wait for any longer.
 */
public final class SagaRepetitions {
  private final SagaTiming timing;
  private final DoubleSupplier random;

  /**
   * Takes its parts.
   *
   * @param random from 0 to 1; spreads the repetitions of runs that began together
   */
  public SagaRepetitions(SagaTiming timing, DoubleSupplier random) {
    this.timing = timing;
    this.random = random;
  }

  /** Repeats the commands of runs that are due. */
  public void repeat(SagaStore store, Set<UUID> enrollmentIds, Instant now) {
    move(
        store,
        enrollmentIds,
        now,
        (turns, saga) ->
            turns.repeat(timing.pause(saga.run().repeats() + 1, random.getAsDouble())));
  }

  /** Gives up runs that were not confirmed in time. */
  public void expire(SagaStore store, Set<UUID> enrollmentIds, Instant now) {
    move(
        store,
        enrollmentIds,
        now,
        (turns, saga) ->
            turns.take(new SagaInput.Stop(RejectionReason.ENROLLMENT_EXPIRED), saga.origin()));
  }

  private interface Move {
    void on(SagaTurns turns, RunningSaga saga);
  }

  private static void move(SagaStore store, Set<UUID> enrollmentIds, Instant now, Move move) {
    Map<UUID, Held> held = store.hold(enrollmentIds);
    List<Caused> changes = new ArrayList<>();
    for (UUID id : enrollmentIds) {
      Held enrollment = held.get(id);
      if (enrollment == null) {
        throw new IllegalStateException(
            "enrollment.saga has a run of %s, whose stream is empty".formatted(id));
      }
      enrollment
          .saga()
          .ifPresent(
              saga -> {
                SagaTurns turns = new SagaTurns(enrollment.history(), enrollment.saga(), now);
                move.on(turns, saga);
                changes.addAll(turns.changes());
              });
    }
    if (!changes.isEmpty()) {
      store.write(changes, now);
    }
  }
}
