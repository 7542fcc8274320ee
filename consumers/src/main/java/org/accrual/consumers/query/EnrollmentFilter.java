package org.accrual.consumers.query;

import org.accrual.api.enrollment.v1.EnrollmentState;

/**
 * Selects the enrollments of a list.
 *
 * @param studyId empty for all
 * @param siteId empty for all
 * @param patientId empty for all
 * @param state unspecified for all
 */
record EnrollmentFilter(String studyId, String siteId, String patientId, EnrollmentState state) {}
