package org.accrual.core.domain.site;

import java.time.ZoneId;
import java.util.Map;
import org.accrual.core.domain.Decision;
import org.accrual.core.domain.Refusal;
import org.accrual.core.domain.Refusal.Reason;
import org.accrual.core.domain.site.SiteCommand.Activate;
import org.accrual.core.domain.site.SiteCommand.ChangeCapacity;
import org.accrual.core.domain.site.SiteCommand.Deactivate;
import org.accrual.core.domain.site.SiteCommand.OnKits;
import org.accrual.core.domain.site.SiteEvent.SiteActivated;
import org.accrual.core.domain.site.SiteEvent.SiteCapacityChanged;
import org.accrual.core.domain.site.SiteEvent.SiteDeactivated;
import org.accrual.core.domain.site.SiteState.Active;
import org.accrual.core.domain.site.SiteState.Inactive;
import org.accrual.core.domain.site.SiteState.Unknown;
import org.accrual.core.domain.study.StudyState;

/** Decides commands on a site, given the facts about its study. */
public final class SiteDecider {
  private SiteDecider() {}

  public static Decision<SiteEvent> decide(SiteCommand command, SiteState state, SiteFacts facts) {
    if (!(facts.study() instanceof StudyState.Registered study)) {
      SiteId site = command.site();
      return refuse(Reason.STUDY_NOT_FOUND, "there is no study %s".formatted(site.studyId()), site);
    }
    return switch (command) {
      case Activate activate -> activate(activate, state, study);
      // At an inactive site too: kits are there whether it enrolls or not.
      case OnKits kits ->
          state instanceof Unknown
              ? notFound(kits.site())
              : KitDecider.decide(kits, study.design(), facts);
      case ChangeCapacity(SiteId site, int capacity) ->
          ifActive(site, state, new SiteCapacityChanged(site, capacity));
      case Deactivate(SiteId site, String reason) ->
          ifActive(site, state, new SiteDeactivated(site, reason));
    };
  }

  private static Decision<SiteEvent> activate(Activate command, SiteState state, StudyState study) {
    SiteId site = command.site();
    if (study instanceof StudyState.ClosedToAccrual || study instanceof StudyState.Completed) {
      return refuse(
          Reason.STUDY_CLOSED,
          "study %s is closed to accrual for good and opens no sites".formatted(site.studyId()),
          site);
    }
    ZoneId zone = command.timeZone();
    return switch (state) {
      case Active _ ->
          refuse(
              Reason.SITE_ALREADY_ACTIVE,
              "site %s of study %s is active; ChangeSiteCapacity changes its capacity"
                  .formatted(site.siteId(), site.studyId()),
              site);
      case Unknown _ -> Decision.accept(new SiteActivated(site, command.capacity(), zone));
      case Inactive _ -> Decision.accept(new SiteActivated(site, command.capacity(), zone));
    };
  }

  private static Decision<SiteEvent> ifActive(SiteId site, SiteState state, SiteEvent event) {
    return switch (state) {
      case Active _ -> Decision.accept(event);
      case Inactive _ ->
          refuse(
              Reason.SITE_NOT_ACTIVE,
              "site %s of study %s is not active".formatted(site.siteId(), site.studyId()),
              site);
      case Unknown _ -> notFound(site);
    };
  }

  private static Decision<SiteEvent> notFound(SiteId site) {
    return refuse(
        Reason.SITE_NOT_FOUND,
        "study %s has no site %s".formatted(site.studyId(), site.siteId()),
        site);
  }

  private static Decision<SiteEvent> refuse(Reason reason, String message, SiteId site) {
    return Decision.refuse(
        new Refusal(reason, message, Map.of("study_id", site.studyId(), "site_id", site.siteId())));
  }
}
