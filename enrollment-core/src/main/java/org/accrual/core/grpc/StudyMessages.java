package org.accrual.core.grpc;

import java.time.DateTimeException;
import java.time.Duration;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.accrual.api.study.v1.Arm;
import org.accrual.api.study.v1.RegisterStudyRequest;
import org.accrual.api.study.v1.Site;
import org.accrual.api.study.v1.StratificationFactor;
import org.accrual.api.study.v1.Study;
import org.accrual.api.study.v1.StudyState;
import org.accrual.contract.ConsistencyToken;
import org.accrual.core.application.SiteRecord;
import org.accrual.core.application.StudyRecord;
import org.accrual.core.domain.site.SiteState;
import org.accrual.core.domain.study.AccrualLimits;
import org.accrual.core.domain.study.RandomizationDesign;
import org.accrual.core.domain.study.StudyDesign;
import org.accrual.core.domain.study.StudyPhase;
import org.accrual.runtime.grpc.Errors;

/** Studies and sites to and from their messages. */
final class StudyMessages {
  private StudyMessages() {}

  static StudyDesign design(RegisterStudyRequest request) {
    return new StudyDesign(
        request.getStudyId(),
        request.getTitle(),
        arms(request),
        request.getFactorsList().stream()
            .map(f -> new StudyDesign.Factor(f.getName(), f.getLevelsList()))
            .toList(),
        request.getTarget(),
        request.hasEnrollmentExpiry()
            ? Optional.of(Duration.ofSeconds(request.getEnrollmentExpiry().getSeconds()))
            : Optional.empty());
  }

  /** Throws INVALID_ARGUMENT if the ratio makes blocks too large to balance the arms. */
  static RandomizationDesign randomization(RegisterStudyRequest request) {
    var requested = request.getRandomization();
    RandomizationDesign design =
        new RandomizationDesign(
            requested.getBlockMultiplesCount() == 0
                ? RandomizationDesign.DEFAULT_MULTIPLES
                : requested.getBlockMultiplesList(),
            !requested.hasStratifyBySite() || requested.getStratifyBySite());
    int smallest = design.smallestBlock(arms(request));
    if (smallest > RandomizationDesign.MAX_SMALLEST_BLOCK) {
      throw Errors.invalid(
          "arms",
          "the ratios make blocks of at least %d patients, allowed are %d; use smaller numbers, such as 1:1:1"
              .formatted(smallest, RandomizationDesign.MAX_SMALLEST_BLOCK));
    }
    return design;
  }

  /** Throws INVALID_ARGUMENT if a cap names a factor or a level that the study does not have. */
  static AccrualLimits limits(RegisterStudyRequest request) {
    Map<String, List<String>> factors =
        request.getFactorsList().stream()
            .collect(
                Collectors.toMap(
                    StratificationFactor::getName, StratificationFactor::getLevelsList));
    for (int i = 0; i < request.getStratumCapsCount(); i++) {
      for (Map.Entry<String, String> level : request.getStratumCaps(i).getLevelsMap().entrySet()) {
        if (!factors.getOrDefault(level.getKey(), List.of()).contains(level.getValue())) {
          throw Errors.invalid(
              "stratum_caps[%d].levels".formatted(i),
              "the study has no factor '%s' with the level '%s'"
                  .formatted(level.getKey(), level.getValue()));
        }
      }
    }
    return new AccrualLimits(
        request.getStopAtTarget(),
        request.getStratumCapsList().stream()
            .map(cap -> new AccrualLimits.StratumCap(cap.getLevelsMap(), cap.getMax()))
            .toList());
  }

  private static List<StudyDesign.Arm> arms(RegisterStudyRequest request) {
    return request.getArmsList().stream()
        .map(arm -> new StudyDesign.Arm(arm.getArmId(), arm.getRatio()))
        .toList();
  }

  /**
   * Returns the zone with an IANA name of the form Area/City; UTC for an empty one. Others are
   * refused: PostgreSQL reads CET, EET, MET and WET as fixed offsets without daylight saving.
   *
   * @throws io.grpc.StatusRuntimeException INVALID_ARGUMENT if it is no such name
   */
  static ZoneId timeZone(String name) {
    if (name.isEmpty()) {
      return ZoneId.of("UTC");
    }
    try {
      ZoneId zone = ZoneId.of(name);
      boolean named = name.equals("UTC") || name.contains("/");
      // Offsets such as +02:00 are zones to the JDK, not to IANA; they have no daylight saving.
      if (named && !(zone instanceof ZoneOffset) && ZoneId.getAvailableZoneIds().contains(name)) {
        return zone;
      }
    } catch (DateTimeException unknown) {
      throw Errors.invalid("time_zone", unknownZone(name));
    }
    throw Errors.invalid("time_zone", unknownZone(name));
  }

  static Study study(StudyRecord study) {
    StudyDesign design = study.state().design();
    Study.Builder message =
        Study.newBuilder()
            .setStudyId(design.studyId())
            .setTitle(design.title())
            .setTarget(design.target())
            .setState(state(StudyPhase.of(study.state())))
            .setVersion(study.version())
            .setEtag(Long.toString(study.version()))
            .setCreateTime(Timestamps.of(study.createdAt()))
            .setUpdateTime(Timestamps.of(study.updatedAt()));
    design
        .enrollmentExpiry()
        .ifPresent(expiry -> message.setEnrollmentExpiry(Timestamps.of(expiry)));
    design
        .arms()
        .forEach(
            arm -> message.addArms(Arm.newBuilder().setArmId(arm.armId()).setRatio(arm.ratio())));
    design
        .factors()
        .forEach(
            factor ->
                message.addFactors(
                    StratificationFactor.newBuilder()
                        .setName(factor.name())
                        .addAllLevels(factor.levels())));
    return message.build();
  }

  static Site site(SiteRecord site) {
    return Site.newBuilder()
        .setStudyId(site.site().studyId())
        .setSiteId(site.site().siteId())
        .setActive(site.state() instanceof SiteState.Active)
        .setCapacity(site.state().capacity())
        .setTimeZone(site.state().timeZone().getId())
        .setVersion(site.version())
        .setEtag(Long.toString(site.version()))
        .build();
  }

  static String token(StudyRecord study) {
    return new ConsistencyToken("study", study.state().design().studyId(), study.version())
        .encoded();
  }

  static String token(SiteRecord site) {
    return new ConsistencyToken("site", site.site().streamId(), site.version()).encoded();
  }

  private static String unknownZone(String name) {
    return "'%s' is no IANA time zone of the form Area/City, such as Europe/Vienna".formatted(name);
  }

  /** Returns the state; empty for an unspecified one. */
  static Optional<StudyPhase> phase(StudyState state) {
    return Arrays.stream(StudyPhase.values()).filter(phase -> state(phase) == state).findFirst();
  }

  private static StudyState state(StudyPhase phase) {
    return switch (phase) {
      case APPROVED -> StudyState.STUDY_STATE_APPROVED;
      case ACTIVE -> StudyState.STUDY_STATE_ACTIVE;
      case TEMPORARILY_CLOSED_TO_ACCRUAL -> StudyState.STUDY_STATE_TEMPORARILY_CLOSED_TO_ACCRUAL;
      case CLOSED_TO_ACCRUAL -> StudyState.STUDY_STATE_CLOSED_TO_ACCRUAL;
      case COMPLETED -> StudyState.STUDY_STATE_COMPLETED;
    };
  }
}
