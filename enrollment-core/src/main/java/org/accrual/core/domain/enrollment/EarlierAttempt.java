package org.accrual.core.domain.enrollment;

import java.util.UUID;

/** What came of the patient's latest attempt before this one, if any. */
public sealed interface EarlierAttempt {

  /** This one is the first. */
  record None() implements EarlierAttempt {}

  /**
   * It ended, and another may follow.
   *
   * @param attempt its number, 1 for the first
   */
  record Ended(UUID enrollmentId, int attempt) implements EarlierAttempt {}

  /** It ended, and none may follow: the patient was on study, or was refused for good. */
  record Barred(UUID enrollmentId) implements EarlierAttempt {}
}
