package org.accrual.core.application;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import org.accrual.core.domain.enrollment.EnrollmentEvent;
import org.accrual.core.domain.enrollment.EnrollmentEvent.EnrollmentConfirmed;
import org.accrual.core.domain.enrollment.EnrollmentEvent.EnrollmentRequested;
import org.accrual.core.domain.enrollment.EnrollmentEvent.PatientScreened;
import org.accrual.core.domain.enrollment.EnrollmentEvent.TakenOffStudy;
import org.accrual.core.domain.enrollment.EnrollmentFold;
import org.accrual.core.domain.enrollment.EnrollmentState;
import org.accrual.core.domain.enrollment.OffStudyCause;
import org.accrual.core.domain.enrollment.Subject;

/**
 * An enrollment's stream and its fold.
 *
 * @param events from version 1 on; none for a candidate. Events that an older build wrote as one
 *     have the same version
 */
public record EnrollmentHistory(List<Recorded<EnrollmentEvent>> events) {
  public EnrollmentHistory {
    events = List.copyOf(events);
  }

  public EnrollmentState state() {
    return EnrollmentFold.fold(
        EnrollmentState.initial(), events.stream().map(Recorded::event).toList());
  }

  /** Returns whom it is about; the history must have an event. */
  public Subject subject() {
    return events.getFirst().event().subject();
  }

  /** Version of the stream; 0 for a candidate. */
  public long version() {
    return events.isEmpty() ? 0 : events.getLast().version();
  }

  /** The events after a version. */
  List<Recorded<EnrollmentEvent>> since(long version) {
    return events.stream().filter(recorded -> recorded.version() > version).toList();
  }

  /** The history with more events, recorded at {@code now}. */
  EnrollmentHistory with(List<EnrollmentEvent> more, Instant now) {
    List<Recorded<EnrollmentEvent>> all = new ArrayList<>(events);
    long next = version();
    for (EnrollmentEvent event : more) {
      all.add(new Recorded<>(++next, now, event));
    }
    return new EnrollmentHistory(all);
  }

  public Optional<Instant> screenedAt() {
    return lastTime(event -> event instanceof PatientScreened);
  }

  public Optional<Instant> requestedAt() {
    return lastTime(event -> event instanceof EnrollmentRequested);
  }

  public Optional<Instant> confirmedAt() {
    return lastTime(event -> event instanceof EnrollmentConfirmed);
  }

  public Optional<Instant> updatedAt() {
    return lastTime(_ -> true);
  }

  /** How the patient's time on study ended; empty if it did not. */
  public Optional<OffStudyCause> offStudyCause() {
    return events.stream()
        .filter(recorded -> recorded.event() instanceof TakenOffStudy)
        .findFirst()
        .map(recorded -> ((TakenOffStudy) recorded.event()).cause());
  }

  /** Returns the confirmation, which names kit and randomization number. */
  public Optional<EnrollmentConfirmed> confirmation() {
    return events.stream()
        .map(Recorded::event)
        .filter(EnrollmentConfirmed.class::isInstance)
        .map(EnrollmentConfirmed.class::cast)
        .findFirst();
  }

  private Optional<Instant> lastTime(Predicate<EnrollmentEvent> which) {
    return events.reversed().stream()
        .filter(recorded -> which.test(recorded.event()))
        .findFirst()
        .map(Recorded::at);
  }
}
