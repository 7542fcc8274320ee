package org.accrual.core.application;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.accrual.core.domain.enrollment.EnrollmentEvent.EnrollmentConfirmed;
import org.accrual.core.domain.enrollment.EnrollmentFacts;
import org.accrual.core.domain.site.KnownKit;
import org.accrual.core.domain.site.SiteId;
import org.accrual.core.domain.study.LiveEnrollments;

/**
 * The port to the stored facts that commands are decided on. Each load is one consistent read.
 * Every method throws {@link StoreUnavailable} when the store cannot be reached.
 */
public interface WriteModel {

  LoadedStudy loadStudy(Request request, String studyId);

  /**
   * Loads a site for a command.
   *
   * @param kitIds the kits that the command names
   * @param enrollmentId the enrollment that it names
   */
  LoadedSite loadSite(
      Request request, SiteId site, List<String> kitIds, Optional<UUID> enrollmentId);

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

  /**
   * The facts for a decision about a site.
   *
   * @param kits those named that the study has, by their ids
   * @param confirmed the confirmation of the enrollment named
   */
  record LoadedSite(
      Optional<KeptAnswer> kept,
      Optional<StudyRecord> study,
      Map<String, KnownKit> kits,
      Optional<EnrollmentConfirmed> confirmed,
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
