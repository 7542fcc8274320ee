package org.accrual.core.domain.saga;

import java.util.Set;

/** Reasons of rejections that the saga itself knows; others are what a participant says. */
public final class RejectionReason {
  /** A participant did not answer in time. */
  public static final String STEP_DEADLINE_EXCEEDED = "STEP_DEADLINE_EXCEEDED";

  /** By CancelOperation. */
  public static final String CANCELLED = "CANCELLED";

  /** A refusal of randomization: the patient's levels are none of the study's. */
  public static final String STRATUM_UNKNOWN = "STRATUM_UNKNOWN";

  /** A study's factors do not change, so that asking again on the same assessment is pointless. */
  private static final Set<String> FINAL = Set.of(STRATUM_UNKNOWN);

  private RejectionReason() {}

  static boolean isFinal(String reason) {
    return FINAL.contains(reason);
  }
}
