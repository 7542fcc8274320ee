package org.accrual.consumers.projection;

import org.accrual.event.enrollment.ConsentRecorded;
import org.accrual.event.enrollment.EligibilityRecorded;
import org.accrual.event.enrollment.EnrollmentConfirmed;
import org.accrual.event.enrollment.EnrollmentRejected;
import org.accrual.event.enrollment.EnrollmentRequested;
import org.accrual.event.enrollment.PatientScreened;
import org.accrual.event.enrollment.PatientWithdrawn;
import org.accrual.event.site.SiteActivated;
import org.accrual.event.site.SiteCapacityChanged;
import org.accrual.event.site.SiteDeactivated;
import org.accrual.event.study.AccrualResumed;
import org.accrual.event.study.AccrualSuspended;
import org.accrual.event.study.StudyActivated;
import org.accrual.event.study.StudyClosedToAccrual;
import org.accrual.event.study.StudyCompleted;
import org.accrual.event.study.StudyRegistered;
import org.accrual.intake.Message;
import org.apache.avro.specific.SpecificRecord;

/** What an event changes in the projection. */
sealed interface Change permits Change.None, EnrollmentChange, SiteChange {

  /** Known, and nothing of it is shown: only the gate moves. */
  record None() implements Change {}

  /**
   * The change an event makes. Every type of this build is mapped.
   *
   * @throws UnmappedEvent for a type that the projection was not told of: nothing is guessed
   */
  static Change of(Message message) {
    return switch (message.body()) {
      case PatientScreened e -> EnrollmentChange.screened(message, e);
      case ConsentRecorded e -> EnrollmentChange.consented(message, e);
      case EligibilityRecorded e -> EnrollmentChange.assessed(message, e);
      case EnrollmentRequested e -> EnrollmentChange.requested(message, e);
      case EnrollmentConfirmed e -> EnrollmentChange.confirmed(message, e);
      case EnrollmentRejected e -> EnrollmentChange.rejected(message, e);
      case PatientWithdrawn e -> EnrollmentChange.withdrawn(message, e);
      case SiteActivated e -> SiteChange.activated(message, e);
      case SiteCapacityChanged e -> SiteChange.capacityChanged(message, e);
      case SiteDeactivated e -> SiteChange.deactivated(message, e);
      case StudyRegistered _,
          StudyActivated _,
          AccrualSuspended _,
          AccrualResumed _,
          StudyClosedToAccrual _,
          StudyCompleted _ ->
          new None();
      case SpecificRecord _ -> throw new UnmappedEvent(message);
    };
  }
}
