package org.accrual.core.application;

import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.accrual.core.domain.study.StudyEvent;
import org.accrual.core.domain.study.StudyState;

/**
 * A registered study with what its stream says about it.
 *
 * @param version of its stream
 */
public record StudyRecord(
    StudyState.Registered state, long version, Instant createdAt, Instant updatedAt) {

  /** The study after {@code events}, decided on {@code before} (empty: not registered yet). */
  static StudyRecord after(Optional<StudyRecord> before, List<StudyEvent> events, Instant now) {
    StudyState state = before.<StudyState>map(StudyRecord::state).orElse(StudyState.initial());
    for (StudyEvent event : events) {
      state = state.apply(event);
    }
    return new StudyRecord(
        (StudyState.Registered) state,
        before.map(StudyRecord::version).orElse(0L) + events.size(),
        before.map(StudyRecord::createdAt).orElse(now),
        now);
  }

  /** The fold of a stream; empty if it has no event. */
  public static Optional<StudyRecord> of(List<Recorded<StudyEvent>> stream) {
    Optional<StudyRecord> study = Optional.empty();
    for (Recorded<StudyEvent> recorded : stream) {
      study =
          Optional.of(
              after(study, List.of(recorded.event()), recorded.at()).at(recorded.version()));
    }
    return study;
  }

  private StudyRecord at(long place) {
    return new StudyRecord(state, place, createdAt, updatedAt);
  }
}
