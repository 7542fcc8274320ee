package org.accrual.core.domain.enrollment;

import java.util.UUID;
import org.accrual.core.domain.enrollment.EnrollmentPhase.Standing;

/**
 * The patient's latest attempt to take part in the study.
 *
 * @param number 1 for the first
 */
public record LatestAttempt(UUID enrollmentId, int number, Standing standing) {}
