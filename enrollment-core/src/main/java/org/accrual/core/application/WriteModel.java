package org.accrual.core.application;

import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.accrual.core.domain.enrollment.EnrollmentFacts;
import org.accrual.core.domain.site.SiteId;
import org.accrual.core.domain.study.LiveEnrollments;

/**
 * The port to what is stored for deciding commands. Each load is one consistent read. Every method
 * throws {@link StoreUnavailable} when the store cannot be reached.
 */
public interface WriteModel {

  LoadedStudy loadStudy(Request request, String studyId);

  /**
   * For a command on a site.
   *
   * @param kitIds of which it should be known whether the study has them
   */
  LoadedSite loadSite(Request request, SiteId site, Set<String> kitIds);

  /** For a command that names a patient: the live enrollment, or what came of earlier ones. */
  LoadedEnrollment loadPatient(Request request, SiteId site, String patientId);

  /** For a command that names an enrollment. */
  LoadedEnrollment loadEnrollment(Request request, UUID enrollmentId);

  /**
   * Does all changes in one transaction.
   *
   * @param now recorded with the events
   * @throws Conflict if what the changes rest on has moved; nothing is done then
   */
  void commit(List<Caused> changes, Instant now);

  /**
   * What a decision about a study rests on.
   *
   * @param live of the study, at the time of the read
   */
  record LoadedStudy(
      Optional<KeptAnswer> kept, Optional<StudyRecord> study, LiveEnrollments live) {}

  record LoadedSite(
      Optional<KeptAnswer> kept,
      Optional<StudyRecord> study,
      Set<String> knownKits,
      Optional<SiteRecord> site) {}

  /**
   * What a decision about an enrollment rests on.
   *
   * @param studyVersion 0 if there is no such study
   * @param siteVersion 0 if there is no such site
   * @param saga of the enrollment, if one is under way
   */
  record LoadedEnrollment(
      Optional<KeptAnswer> kept,
      EnrollmentFacts facts,
      long studyVersion,
      long siteVersion,
      EnrollmentHistory history,
      Optional<RunningSaga> saga) {}
}
