package org.accrual.core.eventstore;

import java.util.Optional;
import java.util.UUID;
import org.accrual.core.domain.enrollment.Consent;
import org.accrual.core.domain.enrollment.Eligibility;
import org.accrual.core.domain.enrollment.EnrollmentEvent;
import org.accrual.core.domain.enrollment.Subject;
import org.accrual.event.enrollment.ConsentRecorded;
import org.accrual.event.enrollment.EligibilityRecorded;
import org.accrual.event.enrollment.EnrollmentConfirmed;
import org.accrual.event.enrollment.EnrollmentRejected;
import org.accrual.event.enrollment.EnrollmentRequested;
import org.accrual.event.enrollment.PatientScreened;
import org.accrual.event.enrollment.PatientWithdrawn;
import org.apache.avro.specific.SpecificRecordBase;

/** Events of an enrollment to and from their Avro records. */
final class EnrollmentEventCodec {
  private EnrollmentEventCodec() {}

  static SpecificRecordBase toAvro(EnrollmentEvent event) {
    String id = event.subject().enrollmentId().toString();
    String study = event.subject().studyId();
    String site = event.subject().siteId();
    String patient = event.subject().patientId();
    return switch (event) {
      case EnrollmentEvent.PatientScreened(_, int attempt, Optional<UUID> previous, String by) ->
          new PatientScreened(
              id, study, site, patient, attempt, previous.map(UUID::toString).orElse(null), by);
      case EnrollmentEvent.ConsentRecorded(_, Consent consent, String by) ->
          new ConsentRecorded(id, study, site, patient, consent.version(), consent.signedAt(), by);
      case EnrollmentEvent.EligibilityRecorded(_, Eligibility given, String by) ->
          new EligibilityRecorded(
              id,
              study,
              site,
              patient,
              given.eligible(),
              given.criteriaVersion(),
              given.strata(),
              by);
      case EnrollmentEvent.EnrollmentRequested(_, String by) ->
          new EnrollmentRequested(id, study, site, patient, by);
      case EnrollmentEvent.EnrollmentConfirmed _ ->
          new EnrollmentConfirmed(id, study, site, patient);
      case EnrollmentEvent.EnrollmentRejected(_, String reason, boolean isFinal) ->
          new EnrollmentRejected(id, study, site, patient, reason, isFinal);
      case EnrollmentEvent.PatientWithdrawn(_, String reason, String by, boolean registered) ->
          new PatientWithdrawn(id, study, site, patient, reason, by, registered);
    };
  }

  static EnrollmentEvent fromAvro(SpecificRecordBase avro) {
    Subject subject = subject(avro);
    return switch (avro) {
      case PatientScreened e ->
          new EnrollmentEvent.PatientScreened(
              subject,
              e.getAttempt(),
              Optional.ofNullable(e.getPreviousEnrollmentId()).map(UUID::fromString),
              e.getScreenedBy());
      case ConsentRecorded e ->
          new EnrollmentEvent.ConsentRecorded(
              subject, new Consent(e.getConsentVersion(), e.getSignedAt()), e.getRecordedBy());
      case EligibilityRecorded e ->
          new EnrollmentEvent.EligibilityRecorded(
              subject,
              new Eligibility(e.getEligible(), e.getCriteriaVersion(), e.getStrata()),
              e.getAssessedBy());
      case EnrollmentRequested e ->
          new EnrollmentEvent.EnrollmentRequested(subject, e.getEnrolledBy());
      case EnrollmentConfirmed _ -> new EnrollmentEvent.EnrollmentConfirmed(subject);
      case EnrollmentRejected e ->
          new EnrollmentEvent.EnrollmentRejected(subject, e.getReason(), e.getFinal$());
      case PatientWithdrawn e ->
          new EnrollmentEvent.PatientWithdrawn(
              subject, e.getReason(), e.getWithdrawnBy(), e.getRegistered());
      default ->
          throw new IllegalStateException("not of an enrollment: " + avro.getSchema().getName());
    };
  }

  /** Every event of an enrollment names its subject under the same fields. */
  private static Subject subject(SpecificRecordBase avro) {
    return new Subject(
        UUID.fromString(avro.get("enrollment_id").toString()),
        avro.get("study_id").toString(),
        avro.get("site_id").toString(),
        avro.get("patient_id").toString());
  }
}
