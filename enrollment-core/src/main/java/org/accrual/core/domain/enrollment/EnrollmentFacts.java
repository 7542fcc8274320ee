package org.accrual.core.domain.enrollment;

import java.util.Optional;
import org.accrual.core.domain.site.SiteState;
import org.accrual.core.domain.study.StudyState;

/**
 * What a decision about an enrollment rests on beside its own state; whoever stores the decision
 * makes sure that it still holds.
 *
 * @param latest of the patient in the study; it may be the enrollment itself
 */
public record EnrollmentFacts(StudyState study, SiteState site, Optional<LatestAttempt> latest) {}
