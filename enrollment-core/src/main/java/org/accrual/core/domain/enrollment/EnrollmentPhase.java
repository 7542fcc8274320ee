package org.accrual.core.domain.enrollment;

import org.accrual.core.domain.enrollment.EnrollmentState.Candidate;
import org.accrual.core.domain.enrollment.EnrollmentState.Consented;
import org.accrual.core.domain.enrollment.EnrollmentState.Eligible;
import org.accrual.core.domain.enrollment.EnrollmentState.FollowUp;
import org.accrual.core.domain.enrollment.EnrollmentState.Ineligible;
import org.accrual.core.domain.enrollment.EnrollmentState.NotRegistered;
import org.accrual.core.domain.enrollment.EnrollmentState.OffStudy;
import org.accrual.core.domain.enrollment.EnrollmentState.OnStudy;
import org.accrual.core.domain.enrollment.EnrollmentState.Pending;
import org.accrual.core.domain.enrollment.EnrollmentState.Screening;
import org.accrual.core.domain.enrollment.EnrollmentState.Withdrawn;

/**
 * An enrollment's state as the outside names it, and what it means for the patient's next attempt.
 */
public enum EnrollmentPhase {
  CANDIDATE("candidate", Standing.LIVE),
  SCREENING("screening", Standing.LIVE),
  ELIGIBLE("eligible", Standing.LIVE),
  INELIGIBLE("ineligible", Standing.ENDED),
  PENDING_ON_STUDY("pending-on-study", Standing.LIVE),
  ON_STUDY("on-study", Standing.LIVE),
  FOLLOW_UP("follow-up", Standing.LIVE),
  OFF_STUDY("off-study", Standing.BARRED),
  WITHDRAWN("withdrawn", Standing.ENDED),
  NOT_REGISTERED("not-registered", Standing.BARRED);

  private final String code;
  private final Standing standing;

  EnrollmentPhase(String code, Standing standing) {
    this.code = code;
    this.standing = standing;
  }

  /** FHIR's code, such as {@code pending-on-study}. */
  public String code() {
    return code;
  }

  public Standing standing() {
    return standing;
  }

  public static EnrollmentPhase of(EnrollmentState state) {
    return switch (state) {
      case Candidate _ -> CANDIDATE;
      case Screening _, Consented _ -> SCREENING;
      case Eligible _ -> ELIGIBLE;
      case Ineligible _ -> INELIGIBLE;
      case Pending _ -> PENDING_ON_STUDY;
      case OnStudy _ -> ON_STUDY;
      case FollowUp _ -> FOLLOW_UP;
      case OffStudy _ -> OFF_STUDY;
      case Withdrawn _ -> WITHDRAWN;
      case NotRegistered _ -> NOT_REGISTERED;
    };
  }

  /** Whether the patient may be enrolled again in the same study. */
  public enum Standing {
    /** On the way into the study or in it: one such at a time. */
    LIVE,
    /** Over; another attempt may follow. */
    ENDED,
    /**
     * Over; none follows by itself. After a registration refused for good, one may be asked for.
     */
    BARRED
  }
}
