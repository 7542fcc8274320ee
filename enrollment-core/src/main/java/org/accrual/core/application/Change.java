package org.accrual.core.application;

import java.util.List;
import java.util.UUID;
import org.accrual.core.domain.enrollment.EnrollmentEvent;
import org.accrual.core.domain.enrollment.EnrollmentEvent.PatientScreened;
import org.accrual.core.domain.enrollment.EnrollmentPhase.Standing;
import org.accrual.core.domain.site.SiteEvent;
import org.accrual.core.domain.site.SiteId;
import org.accrual.core.domain.study.StudyEvent;

/** One thing that a transaction of the write side does. */
public sealed interface Change {

  /** The study stays as it was at this version until the commit, or there is a conflict. */
  record HoldStudy(String studyId, long version) implements Change {}

  /** The same for a site. */
  record HoldSite(SiteId site, long version) implements Change {}

  /** Takes a slot at a site that is as it was at this version, and holds the site so. */
  record TakeSlot(SiteId site, long version) implements Change {}

  record GiveSlotBack(SiteId site) implements Change {}

  /** Events to append; {@code study} is as they leave it. */
  record AppendToStudy(StudyRecord study, List<StudyEvent> events) implements Change {}

  /** Events to append; {@code site} is as they leave it. */
  record AppendToSite(SiteRecord site, List<SiteEvent> events) implements Change {}

  /**
   * Events to append.
   *
   * @param version of the stream after the last of the events
   */
  record AppendToEnrollment(UUID enrollmentId, long version, List<EnrollmentEvent> events)
      implements Change {}

  /** The patient has a live enrollment from now on; a conflict if there is one already. */
  record OpenAttempt(PatientScreened screened) implements Change {}

  /** The enrollment is not live any more. */
  record CloseAttempt(UUID enrollmentId, Standing standing) implements Change {}

  record OpenOperation(Operation operation) implements Change {}

  /** Keeps the answer for repetitions; a conflict if the request has been answered meanwhile. */
  record KeepAnswer(Request request, Answer answer) implements Change {}
}
