package org.accrual.core.domain.enrollment;

import org.accrual.core.domain.site.SiteState;
import org.accrual.core.domain.study.StudyState;

/**
 * What a decision about an enrollment rests on beside its own state; whoever stores the decision
 * makes sure that it still holds.
 */
public record EnrollmentFacts(StudyState study, SiteState site, EarlierAttempt earlier) {}
