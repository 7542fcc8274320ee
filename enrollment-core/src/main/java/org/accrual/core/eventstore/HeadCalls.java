package org.accrual.core.eventstore;

import java.time.Duration;
import java.time.Instant;
import org.accrual.core.application.SiteRecord;
import org.accrual.core.application.StudyRecord;
import org.accrual.core.domain.site.SiteState;
import org.accrual.core.domain.study.StudyDesign;
import org.accrual.core.domain.study.StudyPhase;
import org.accrual.core.eventstore.Calls.JsonText;

/** Heads as their streams' events leave them. */
final class HeadCalls {
  private HeadCalls() {}

  static void put(Calls calls, StudyRecord study, Instant now) {
    StudyDesign design = study.state().design();
    calls.add(
        "put_study_head",
        design.studyId(),
        study.version(),
        StudyPhase.of(study.state()).code(),
        design.title(),
        new JsonText(Json.write(design.arms())),
        new JsonText(Json.write(design.factors())),
        design.target(),
        now,
        design.enrollmentExpiry().map(HeadCalls::seconds).orElse(null));
  }

  static int seconds(Duration duration) {
    return Math.toIntExact(duration.toSeconds());
  }

  static void put(Calls calls, SiteRecord site) {
    calls.add(
        "put_site_head",
        site.site().studyId(),
        site.site().siteId(),
        site.version(),
        site.state() instanceof SiteState.Active,
        site.state().capacity(),
        site.state().timeZone().getId());
  }
}
