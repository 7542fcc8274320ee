package org.accrual.core.eventstore;

import java.util.Optional;
import java.util.UUID;
import org.accrual.core.domain.enrollment.Consent;
import org.accrual.core.domain.enrollment.Eligibility;
import org.accrual.core.domain.enrollment.EnrollmentEvent;
import org.accrual.core.domain.enrollment.OffStudyCause;
import org.accrual.core.domain.enrollment.Subject;
import org.accrual.event.enrollment.CompensationStarted;
import org.accrual.event.enrollment.ConsentRecorded;
import org.accrual.event.enrollment.EligibilityCorrected;
import org.accrual.event.enrollment.EligibilityRecorded;
import org.accrual.event.enrollment.EnrollmentConfirmed;
import org.accrual.event.enrollment.EnrollmentRejected;
import org.accrual.event.enrollment.EnrollmentRequested;
import org.accrual.event.enrollment.FollowUpStarted;
import org.accrual.event.enrollment.KitAllocated;
import org.accrual.event.enrollment.PatientScreened;
import org.accrual.event.enrollment.PatientWithdrawn;
import org.accrual.event.enrollment.Randomized;
import org.accrual.event.enrollment.SlotReserved;
import org.accrual.event.enrollment.TakenOffStudy;
import org.accrual.event.enrollment.Unblinded;
import org.accrual.event.enrollment.WithdrawalReversed;
import org.apache.avro.specific.SpecificRecord;
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
      case EnrollmentEvent.SlotReserved _ -> new SlotReserved(id, study, site, patient);
      case EnrollmentEvent.Randomized(_, String allocationId, String number) ->
          new Randomized(id, study, site, patient, allocationId, number);
      case EnrollmentEvent.KitAllocated(_, String kitId) ->
          new KitAllocated(id, study, site, patient, kitId);
      case EnrollmentEvent.EnrollmentConfirmed(_, String kitId, String number) ->
          new EnrollmentConfirmed(id, study, site, patient, kitId, number);
      case EnrollmentEvent.CompensationStarted(_, String reason, boolean isFinal) ->
          new CompensationStarted(id, study, site, patient, reason, isFinal);
      case EnrollmentEvent.EnrollmentRejected(_, String reason, boolean isFinal) ->
          new EnrollmentRejected(id, study, site, patient, reason, isFinal);
      case EnrollmentEvent.PatientWithdrawn(_, String reason, String by, boolean registered) ->
          new PatientWithdrawn(id, study, site, patient, reason, by, registered);
      case EnrollmentEvent.WithdrawalReversed(_, String reason, String by) ->
          new WithdrawalReversed(id, study, site, patient, reason, by);
      case EnrollmentEvent.EligibilityCorrected(_, Eligibility given, String reason, String by) ->
          new EligibilityCorrected(
              id,
              study,
              site,
              patient,
              given.eligible(),
              given.criteriaVersion(),
              given.strata(),
              reason,
              by);
      case EnrollmentEvent.FollowUpStarted(_, String by) ->
          new FollowUpStarted(id, study, site, patient, by);
      case EnrollmentEvent.TakenOffStudy(_, OffStudyCause cause, String reason, String by) ->
          new TakenOffStudy(id, study, site, patient, reason, by, cause.name());
      case EnrollmentEvent.Unblinded(_, String reason, String by) ->
          new Unblinded(id, study, site, patient, reason, by);
    };
  }

  static EnrollmentEvent fromAvro(SpecificRecord avro) {
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
      case SlotReserved _ -> new EnrollmentEvent.SlotReserved(subject);
      case Randomized e ->
          new EnrollmentEvent.Randomized(subject, e.getAllocationId(), e.getRandomizationNumber());
      case KitAllocated e -> new EnrollmentEvent.KitAllocated(subject, e.getKitId());
      case EnrollmentConfirmed e ->
          new EnrollmentEvent.EnrollmentConfirmed(
              subject, e.getKitId(), e.getRandomizationNumber());
      case CompensationStarted e ->
          new EnrollmentEvent.CompensationStarted(subject, e.getReason(), e.getFinal$());
      case EnrollmentRejected e ->
          new EnrollmentEvent.EnrollmentRejected(subject, e.getReason(), e.getFinal$());
      case PatientWithdrawn e ->
          new EnrollmentEvent.PatientWithdrawn(
              subject, e.getReason(), e.getWithdrawnBy(), e.getRegistered());
      case WithdrawalReversed e ->
          new EnrollmentEvent.WithdrawalReversed(subject, e.getReason(), e.getReversedBy());
      case EligibilityCorrected e ->
          new EnrollmentEvent.EligibilityCorrected(
              subject,
              new Eligibility(e.getEligible(), e.getCriteriaVersion(), e.getStrata()),
              e.getReason(),
              e.getCorrectedBy());
      case FollowUpStarted e -> new EnrollmentEvent.FollowUpStarted(subject, e.getRecordedBy());
      case TakenOffStudy e ->
          new EnrollmentEvent.TakenOffStudy(
              subject, OffStudyCause.ofName(e.getCause()), e.getReason(), e.getRecordedBy());
      case Unblinded e -> new EnrollmentEvent.Unblinded(subject, e.getReason(), e.getUnblindedBy());
      default ->
          throw new IllegalStateException("not of an enrollment: " + avro.getSchema().getName());
    };
  }

  /** Every event of an enrollment names its subject under the same fields. */
  private static Subject subject(SpecificRecord avro) {
    return new Subject(
        UUID.fromString(text(avro, "enrollment_id")),
        text(avro, "study_id"),
        text(avro, "site_id"),
        text(avro, "patient_id"));
  }

  private static String text(SpecificRecord avro, String field) {
    return avro.get(avro.getSchema().getField(field).pos()).toString();
  }
}
