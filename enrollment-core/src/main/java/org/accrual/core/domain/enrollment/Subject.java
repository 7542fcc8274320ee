package org.accrual.core.domain.enrollment;

import java.util.Map;
import java.util.UUID;
import org.accrual.core.domain.site.SiteId;

/**
 * Whose enrollment it is, where and in what.
 *
 * @param enrollmentId of this attempt
 * @param patientId pseudonymous
 */
public record Subject(UUID enrollmentId, String studyId, String siteId, String patientId) {

  public SiteId site() {
    return new SiteId(studyId, siteId);
  }

  /** Its ids by their names on the wire. */
  Map<String, String> ids() {
    return Map.of(
        "enrollment_id",
        enrollmentId.toString(),
        "study_id",
        studyId,
        "site_id",
        siteId,
        "patient_id",
        patientId);
  }
}
