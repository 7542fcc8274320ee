package org.accrual.core.application;

import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;
import java.util.function.Consumer;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.accrual.core.application.SagaStore.Held;
import org.accrual.core.domain.saga.SagaInput;

/** Takes in what participants answered, many at once. */
public final class SagaAnswers {
  private static final Logger LOG = Logger.getLogger(SagaAnswers.class.getName());

  private final Consumer<SagaEnd> ended;

  /**
   * @param ended is told of each saga that ends, before the commit; must not throw
   */
  public SagaAnswers(Consumer<SagaEnd> ended) {
    this.ended = ended;
  }

  /**
   * An answer.
   *
   * @param origin of what it causes
   */
  public record Arrived(UUID enrollmentId, SagaInput.Answered answer, Origin origin) {}

  /** Takes answers in, those of one enrollment in their order. */
  public void take(SagaStore store, List<Arrived> answers, Instant now) {
    Set<UUID> ids = new TreeSet<>();
    answers.forEach(answer -> ids.add(answer.enrollmentId()));
    Map<UUID, Held> held = store.hold(ids);
    Map<UUID, SagaTurns> turns = new LinkedHashMap<>();
    for (Arrived arrived : answers) {
      Held enrollment = held.get(arrived.enrollmentId());
      if (enrollment == null) {
        LOG.log(
            Level.WARNING,
            "an answer for enrollment {0}, which the event store does not have, is dropped: was"
                + " the database set back?",
            arrived.enrollmentId());
        continue;
      }
      turns
          .computeIfAbsent(
              arrived.enrollmentId(),
              _ -> new SagaTurns(enrollment.history(), enrollment.saga(), now))
          .take(arrived.answer(), arrived.origin());
    }
    List<Caused> changes = new ArrayList<>();
    turns.values().forEach(t -> changes.addAll(t.changes()));
    if (!changes.isEmpty()) {
      store.write(changes, now);
      turns.values().forEach(t -> t.end().ifPresent(ended));
    }
  }
}
