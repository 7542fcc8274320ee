package org.accrual.core.eventstore;

import java.time.Duration;
import java.util.Optional;
import org.accrual.core.domain.study.AccrualLimits;
import org.accrual.core.domain.study.AccrualLimits.StratumCap;
import org.accrual.core.domain.study.RandomizationDesign;
import org.accrual.core.domain.study.StudyDesign;
import org.accrual.core.domain.study.StudyDesign.Arm;
import org.accrual.core.domain.study.StudyDesign.Factor;
import org.accrual.core.domain.study.StudyEvent;
import org.accrual.event.study.AccrualResumed;
import org.accrual.event.study.AccrualSuspended;
import org.accrual.event.study.StudyActivated;
import org.accrual.event.study.StudyArm;
import org.accrual.event.study.StudyClosedToAccrual;
import org.accrual.event.study.StudyCompleted;
import org.accrual.event.study.StudyFactor;
import org.accrual.event.study.StudyRegistered;
import org.accrual.event.study.StudyStratumCap;
import org.apache.avro.specific.SpecificRecord;
import org.apache.avro.specific.SpecificRecordBase;

/** Events of a study to and from their Avro records. */
final class StudyEventCodec {
  private StudyEventCodec() {}

  static SpecificRecordBase toAvro(StudyEvent event) {
    return switch (event) {
      case StudyEvent.StudyRegistered(
              StudyDesign design,
              RandomizationDesign randomization,
              AccrualLimits limits) ->
          new StudyRegistered(
              design.studyId(),
              design.title(),
              design.arms().stream().map(arm -> new StudyArm(arm.armId(), arm.ratio())).toList(),
              design.factors().stream()
                  .map(factor -> new StudyFactor(factor.name(), factor.levels()))
                  .toList(),
              design.target(),
              design.target(),
              randomization.blockMultiples(),
              randomization.stratifyBySite(),
              limits.stopAtTarget(),
              limits.caps().stream()
                  .map(cap -> new StudyStratumCap(cap.levels(), cap.max()))
                  .toList(),
              design.enrollmentExpiry().map(HeadCalls::seconds).orElse(null));
      case StudyEvent.StudyActivated(String studyId) -> new StudyActivated(studyId);
      case StudyEvent.AccrualSuspended(String studyId, String reason) ->
          new AccrualSuspended(studyId, reason);
      case StudyEvent.AccrualResumed(String studyId) -> new AccrualResumed(studyId);
      case StudyEvent.StudyClosedToAccrual(String studyId, String reason) ->
          new StudyClosedToAccrual(studyId, reason);
      case StudyEvent.StudyCompleted(String studyId) -> new StudyCompleted(studyId);
    };
  }

  static StudyEvent fromAvro(SpecificRecord avro) {
    return switch (avro) {
      case StudyRegistered e ->
          new StudyEvent.StudyRegistered(
              new StudyDesign(
                  e.getStudyId(),
                  e.getTitle(),
                  e.getArms().stream().map(arm -> new Arm(arm.getArmId(), arm.getRatio())).toList(),
                  e.getFactors().stream()
                      .map(factor -> new Factor(factor.getName(), factor.getLevels()))
                      .toList(),
                  e.getAccrualTarget(),
                  Optional.ofNullable(e.getEnrollmentExpirySeconds()).map(Duration::ofSeconds)),
              new RandomizationDesign(e.getBlockMultiples(), e.getStratifyBySite()),
              new AccrualLimits(
                  e.getStopAtTarget(),
                  e.getStratumCaps().stream()
                      .map(cap -> new StratumCap(cap.getLevels(), cap.getMax()))
                      .toList()));
      case StudyActivated e -> new StudyEvent.StudyActivated(e.getStudyId());
      case AccrualSuspended e -> new StudyEvent.AccrualSuspended(e.getStudyId(), e.getReason());
      case AccrualResumed e -> new StudyEvent.AccrualResumed(e.getStudyId());
      case StudyClosedToAccrual e ->
          new StudyEvent.StudyClosedToAccrual(e.getStudyId(), e.getReason());
      case StudyCompleted e -> new StudyEvent.StudyCompleted(e.getStudyId());
      default -> throw new IllegalStateException("not of a study: " + avro.getSchema().getName());
    };
  }
}
