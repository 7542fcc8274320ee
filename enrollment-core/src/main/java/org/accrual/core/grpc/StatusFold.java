package org.accrual.core.grpc;

import java.util.List;
import org.accrual.contract.EnrollmentStatus;
import org.accrual.core.domain.enrollment.EnrollmentEvent;
import org.accrual.core.domain.enrollment.EnrollmentEvent.CompensationStarted;
import org.accrual.core.domain.enrollment.EnrollmentEvent.ConsentRecorded;
import org.accrual.core.domain.enrollment.EnrollmentEvent.EligibilityCorrected;
import org.accrual.core.domain.enrollment.EnrollmentEvent.EligibilityRecorded;
import org.accrual.core.domain.enrollment.EnrollmentEvent.EnrollmentConfirmed;
import org.accrual.core.domain.enrollment.EnrollmentEvent.EnrollmentRejected;
import org.accrual.core.domain.enrollment.EnrollmentEvent.EnrollmentRequested;
import org.accrual.core.domain.enrollment.EnrollmentEvent.FollowUpStarted;
import org.accrual.core.domain.enrollment.EnrollmentEvent.KitAllocated;
import org.accrual.core.domain.enrollment.EnrollmentEvent.PatientScreened;
import org.accrual.core.domain.enrollment.EnrollmentEvent.PatientWithdrawn;
import org.accrual.core.domain.enrollment.EnrollmentEvent.Randomized;
import org.accrual.core.domain.enrollment.EnrollmentEvent.SlotReserved;
import org.accrual.core.domain.enrollment.EnrollmentEvent.TakenOffStudy;
import org.accrual.core.domain.enrollment.EnrollmentEvent.Unblinded;
import org.accrual.core.domain.enrollment.EnrollmentEvent.WithdrawalReversed;

/** Folds an enrollment's events to the status that clients see, as the projection does. */
final class StatusFold {
  private StatusFold() {}

  /** Returns the status after events that begin with the stream's first. */
  static EnrollmentStatus fold(List<EnrollmentEvent> events) {
    EnrollmentStatus status = EnrollmentStatus.screened();
    for (EnrollmentEvent event : events) {
      status = after(status, event);
    }
    return status;
  }

  private static EnrollmentStatus after(EnrollmentStatus status, EnrollmentEvent event) {
    return switch (event) {
      case PatientScreened _ -> EnrollmentStatus.screened();
      case EligibilityRecorded e -> status.assessed(e.eligibility().eligible());
      case EligibilityCorrected e -> status.corrected(e.eligibility().eligible());
      case EnrollmentRequested _ -> status.requested();
      case EnrollmentConfirmed _ -> status.confirmed();
      case EnrollmentRejected e -> status.rejected(e.reason(), e.isFinal());
      case PatientWithdrawn e -> status.withdrawn(e.reason(), e.registered());
      case WithdrawalReversed _ -> status.reversed();
      case FollowUpStarted _ -> status.followedUp();
      case TakenOffStudy e -> status.offStudy(e.reason());
      case ConsentRecorded _,
          SlotReserved _,
          Randomized _,
          KitAllocated _,
          CompensationStarted _,
          Unblinded _ ->
          status;
    };
  }
}
