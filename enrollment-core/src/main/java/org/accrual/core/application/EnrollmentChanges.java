package org.accrual.core.application;

import java.util.ArrayList;
import java.util.List;
import org.accrual.core.application.Change.AppendToEnrollment;
import org.accrual.core.application.Change.CloseAttempt;
import org.accrual.core.application.Change.GiveSlotBack;
import org.accrual.core.application.Change.HoldSite;
import org.accrual.core.application.Change.HoldStudy;
import org.accrual.core.application.Change.OpenAttempt;
import org.accrual.core.application.Change.TakeSlot;
import org.accrual.core.application.WriteModel.LoadedEnrollment;
import org.accrual.core.domain.enrollment.EnrollmentEvent;
import org.accrual.core.domain.enrollment.EnrollmentEvent.ConsentRecorded;
import org.accrual.core.domain.enrollment.EnrollmentEvent.EligibilityRecorded;
import org.accrual.core.domain.enrollment.EnrollmentEvent.EnrollmentConfirmed;
import org.accrual.core.domain.enrollment.EnrollmentEvent.EnrollmentRejected;
import org.accrual.core.domain.enrollment.EnrollmentEvent.EnrollmentRequested;
import org.accrual.core.domain.enrollment.EnrollmentEvent.PatientScreened;
import org.accrual.core.domain.enrollment.EnrollmentEvent.PatientWithdrawn;
import org.accrual.core.domain.enrollment.EnrollmentPhase;
import org.accrual.core.domain.enrollment.EnrollmentPhase.Standing;
import org.accrual.core.domain.enrollment.EnrollmentState;
import org.accrual.core.domain.enrollment.Subject;

/** What goes into the transaction beside an enrollment's events: all that spans streams. */
final class EnrollmentChanges {
  private EnrollmentChanges() {}

  static List<Change> of(
      LoadedEnrollment loaded, List<EnrollmentEvent> events, EnrollmentHistory after) {
    EnrollmentState state = after.state();
    List<Change> changes = new ArrayList<>();
    if (events.stream().anyMatch(EnrollmentChanges::needsOpenAccrual)) {
      Subject subject = events.getFirst().subject();
      // Study before site, as everywhere: one order of locks, no deadlocks.
      changes.add(new HoldStudy(subject.studyId(), loaded.studyVersion()));
      changes.add(new HoldSite(subject.site(), loaded.siteVersion()));
    }
    events.forEach(event -> beside(event, loaded, changes));
    changes.add(
        new AppendToEnrollment(
            events.getFirst().subject().enrollmentId(), after.version(), events));
    Standing standing = EnrollmentPhase.of(state).standing();
    if (standing != Standing.LIVE) {
      changes.add(new CloseAttempt(events.getFirst().subject().enrollmentId(), standing));
    }
    return changes;
  }

  private static void beside(EnrollmentEvent event, LoadedEnrollment loaded, List<Change> changes) {
    switch (event) {
      case PatientScreened screened -> changes.add(new OpenAttempt(screened));
      case EnrollmentConfirmed(Subject subject) -> {
        // The slot's row is locked at once for what it needs: sharing it first would deadlock.
        changes.removeIf(change -> change instanceof HoldSite);
        changes.add(new TakeSlot(subject.site(), loaded.siteVersion()));
      }
      case PatientWithdrawn withdrawn when withdrawn.registered() ->
          changes.add(new GiveSlotBack(withdrawn.subject().site()));
      case PatientWithdrawn _,
          ConsentRecorded _,
          EligibilityRecorded _,
          EnrollmentRequested _,
          EnrollmentRejected _ -> {}
    }
  }

  private static boolean needsOpenAccrual(EnrollmentEvent event) {
    return event instanceof PatientScreened || event instanceof EnrollmentRequested;
  }
}
