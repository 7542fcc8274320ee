package org.accrual.core.application;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import org.accrual.core.domain.enrollment.EnrollmentDecider;
import org.accrual.core.domain.enrollment.EnrollmentEvent;
import org.accrual.core.domain.enrollment.EnrollmentEvent.ConsentRecorded;
import org.accrual.core.domain.enrollment.EnrollmentEvent.EligibilityRecorded;
import org.accrual.core.domain.enrollment.EnrollmentEvent.EnrollmentConfirmed;
import org.accrual.core.domain.enrollment.EnrollmentEvent.EnrollmentRejected;
import org.accrual.core.domain.enrollment.EnrollmentEvent.EnrollmentRequested;
import org.accrual.core.domain.enrollment.EnrollmentEvent.PatientScreened;
import org.accrual.core.domain.enrollment.EnrollmentEvent.PatientWithdrawn;
import org.accrual.core.domain.enrollment.EnrollmentState;

/**
 * An enrollment's stream, and what can be read off it.
 *
 * @param events from version 1 on; none for a candidate
 */
public record EnrollmentHistory(List<Recorded<EnrollmentEvent>> events) {
  public EnrollmentHistory {
    events = List.copyOf(events);
  }

  public EnrollmentState state() {
    return EnrollmentDecider.fold(
        EnrollmentState.initial(), events.stream().map(Recorded::event).toList());
  }

  /** Version of the stream; 0 for a candidate. */
  public long version() {
    return events.size();
  }

  /** The history with more events, recorded at {@code now}. */
  EnrollmentHistory with(List<EnrollmentEvent> more, Instant now) {
    List<Recorded<EnrollmentEvent>> all = new ArrayList<>(events);
    more.forEach(event -> all.add(new Recorded<>(all.size() + 1L, now, event)));
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

  /** Why it stands where it stands: of the newest rejection or withdrawal that still counts. */
  public String reason() {
    String reason = "";
    for (Recorded<EnrollmentEvent> recorded : events) {
      reason =
          switch (recorded.event()) {
            case EnrollmentRejected rejected -> rejected.reason();
            case PatientWithdrawn withdrawn -> withdrawn.reason();
            case EnrollmentRequested _, EnrollmentConfirmed _ -> "";
            case PatientScreened _, ConsentRecorded _, EligibilityRecorded _ -> reason;
          };
    }
    return reason;
  }

  private Optional<Instant> lastTime(Predicate<EnrollmentEvent> which) {
    return events.reversed().stream()
        .filter(recorded -> which.test(recorded.event()))
        .findFirst()
        .map(Recorded::at);
  }
}
