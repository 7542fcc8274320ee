package org.accrual.contract;

import static org.accrual.api.enrollment.v1.EnrollmentState.ENROLLMENT_STATE_ELIGIBLE;
import static org.accrual.api.enrollment.v1.EnrollmentState.ENROLLMENT_STATE_FOLLOW_UP;
import static org.accrual.api.enrollment.v1.EnrollmentState.ENROLLMENT_STATE_INELIGIBLE;
import static org.accrual.api.enrollment.v1.EnrollmentState.ENROLLMENT_STATE_NOT_REGISTERED;
import static org.accrual.api.enrollment.v1.EnrollmentState.ENROLLMENT_STATE_OFF_STUDY;
import static org.accrual.api.enrollment.v1.EnrollmentState.ENROLLMENT_STATE_ON_STUDY;
import static org.accrual.api.enrollment.v1.EnrollmentState.ENROLLMENT_STATE_PENDING_ON_STUDY;
import static org.accrual.api.enrollment.v1.EnrollmentState.ENROLLMENT_STATE_SCREENING;
import static org.accrual.api.enrollment.v1.EnrollmentState.ENROLLMENT_STATE_WITHDRAWN;

import org.accrual.api.enrollment.v1.EnrollmentState;
import org.jspecify.annotations.Nullable;

/**
 * State and reason of an enrollment as clients see them. Each method returns the status after one
 * more event. The answers of commands and the projection both use it, so that one version of an
 * enrollment has the same state and reason in both.
 *
 * @param reason of the rejection, the withdrawal or the end of study that led to the state; null if
 *     there is none
 * @param beforeWithdrawal the status to which a reversal returns; null unless withdrawn
 */
public record EnrollmentStatus(
    EnrollmentState state, @Nullable String reason, @Nullable EnrollmentStatus beforeWithdrawal) {

  /** Returns the status of an enrollment with its first event. */
  public static EnrollmentStatus screened() {
    return of(ENROLLMENT_STATE_SCREENING, null);
  }

  /** Returns the status after an assessment; an earlier reason is over. */
  public EnrollmentStatus assessed(boolean eligible) {
    return of(eligible ? ENROLLMENT_STATE_ELIGIBLE : ENROLLMENT_STATE_INELIGIBLE, null);
  }

  /**
   * Returns the status after the correction of an assessment; that of a registered patient stays.
   */
  public EnrollmentStatus corrected(boolean eligible) {
    return switch (state) {
      case ENROLLMENT_STATE_ON_STUDY, ENROLLMENT_STATE_FOLLOW_UP, ENROLLMENT_STATE_OFF_STUDY ->
          this;
      default -> assessed(eligible);
    };
  }

  public EnrollmentStatus requested() {
    return of(ENROLLMENT_STATE_PENDING_ON_STUDY, null);
  }

  public EnrollmentStatus confirmed() {
    return of(ENROLLMENT_STATE_ON_STUDY, null);
  }

  /**
   * Returns the status after a rejection.
   *
   * @param isFinal whether the patient can never be enrolled by another request
   */
  public EnrollmentStatus rejected(String why, boolean isFinal) {
    return of(isFinal ? ENROLLMENT_STATE_NOT_REGISTERED : ENROLLMENT_STATE_ELIGIBLE, why);
  }

  /**
   * Returns the status after a withdrawal.
   *
   * @param registered whether the patient was on study: the end of study follows and changes it
   */
  public EnrollmentStatus withdrawn(String why, boolean registered) {
    return registered ? this : new EnrollmentStatus(ENROLLMENT_STATE_WITHDRAWN, why, this);
  }

  /**
   * Returns the status before the withdrawal, with the reason of that time.
   *
   * @throws IllegalStateException if there was no withdrawal
   */
  public EnrollmentStatus reversed() {
    if (beforeWithdrawal == null) {
      throw new IllegalStateException("reversal of a withdrawal in state " + state);
    }
    return beforeWithdrawal;
  }

  public EnrollmentStatus followedUp() {
    return of(ENROLLMENT_STATE_FOLLOW_UP, null);
  }

  public EnrollmentStatus offStudy(String why) {
    return of(ENROLLMENT_STATE_OFF_STUDY, why);
  }

  private static EnrollmentStatus of(EnrollmentState state, @Nullable String reason) {
    return new EnrollmentStatus(state, reason, null);
  }
}
