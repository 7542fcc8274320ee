package org.accrual.core.domain.saga;

import java.util.Set;

/** Reasons of rejections that enrollment-core gives; a participant's refusals have others. */
public final class RejectionReason {
  /** By CancelOperation. */
  public static final String CANCELLED = "CANCELLED";

  /** By WithdrawPatient, before the enrollment was confirmed. */
  public static final String PATIENT_WITHDRAWN = "PATIENT_WITHDRAWN";

  /** It was not confirmed within the study's enrollment expiry. */
  public static final String ENROLLMENT_EXPIRED = "ENROLLMENT_EXPIRED";

  /** A refusal of randomization: the patient's levels are none of the study's. */
  public static final String STRATUM_UNKNOWN = "STRATUM_UNKNOWN";

  /** A study's factors do not change, so that asking again on the same assessment is pointless. */
  private static final Set<String> FINAL = Set.of(STRATUM_UNKNOWN);

  private RejectionReason() {}

  static boolean isFinal(String reason) {
    return FINAL.contains(reason);
  }
}
