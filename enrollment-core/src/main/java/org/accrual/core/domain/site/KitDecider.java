package org.accrual.core.domain.site;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import org.accrual.core.domain.Decision;
import org.accrual.core.domain.Refusal;
import org.accrual.core.domain.Refusal.Reason;
import org.accrual.core.domain.site.SiteCommand.DeliveredKit;
import org.accrual.core.domain.site.SiteCommand.DestroyKits;
import org.accrual.core.domain.site.SiteCommand.OnKits;
import org.accrual.core.domain.site.SiteCommand.QuarantineKits;
import org.accrual.core.domain.site.SiteCommand.ReceiveKits;
import org.accrual.core.domain.site.SiteCommand.ReturnKit;
import org.accrual.core.domain.site.SiteEvent.KitReturned;
import org.accrual.core.domain.site.SiteEvent.KitsDestroyed;
import org.accrual.core.domain.site.SiteEvent.KitsQuarantined;
import org.accrual.core.domain.site.SiteEvent.KitsReceived;
import org.accrual.core.domain.study.StudyDesign;

/** Decides commands on the kits of a site that exists. */
final class KitDecider {
  private KitDecider() {}

  static Decision<SiteEvent> decide(OnKits command, StudyDesign design, SiteFacts facts) {
    SiteId site = command.site();
    Optional<Refusal> refusal =
        switch (command) {
          case ReceiveKits(_, var kits, _) ->
              first(kits, kit -> received(site, kit, design, facts));
          case QuarantineKits(_, var kitIds, _, _) ->
              first(kitIds, kitId -> moved(site, kitId, KitState.QUARANTINED, facts));
          case ReturnKit(_, String kitId, _, _, _) ->
              moved(site, kitId, KitState.RETURNED, facts)
                  .or(() -> notDispensed(site, kitId, facts));
          case DestroyKits(_, var kitIds, _, _) ->
              first(kitIds, kitId -> moved(site, kitId, KitState.DESTROYED, facts));
        };
    return refusal
        .<Decision<SiteEvent>>map(Decision::refuse)
        .orElseGet(() -> Decision.accept(event(command)));
  }

  private static <K> Optional<Refusal> first(List<K> kits, Function<K, Optional<Refusal>> refusal) {
    return kits.stream().flatMap(kit -> refusal.apply(kit).stream()).findFirst();
  }

  private static SiteEvent event(OnKits command) {
    return switch (command) {
      case ReceiveKits(SiteId site, var kits, String by) ->
          new KitsReceived(site, kits.stream().map(DeliveredKit::kit).toList(), by);
      case QuarantineKits(SiteId site, var kitIds, String reason, String by) ->
          new KitsQuarantined(site, kitIds, reason, by);
      case ReturnKit(SiteId site, String kitId, var enrollmentId, String reason, String by) ->
          new KitReturned(site, kitId, enrollmentId, reason, by);
      case DestroyKits(SiteId site, var kitIds, String reason, String by) ->
          new KitsDestroyed(site, kitIds, reason, by);
    };
  }

  private static Optional<Refusal> received(
      SiteId site, DeliveredKit delivered, StudyDesign design, SiteFacts facts) {
    String kitId = delivered.kit().kitId();
    if (design.arms().stream().noneMatch(arm -> arm.armId().equals(delivered.armId()))) {
      // Without the arm: no answer names the arm of a kit.
      return refuse(
          Reason.ARM_UNKNOWN,
          "kit %s is of an arm that study %s does not have".formatted(kitId, site.studyId()),
          site,
          kitId);
    }
    KnownKit known = facts.kits().get(kitId);
    // Again at the same site only: the events of two sites reach supply in any order.
    if (known == null || (isAt(site, known) && known.state().allows(KitState.RECEIVED))) {
      return Optional.empty();
    }
    return refuse(
        Reason.KIT_KNOWN,
        "study %s has a kit %s already".formatted(site.studyId(), kitId),
        site,
        kitId);
  }

  private static Optional<Refusal> moved(
      SiteId site, String kitId, KitState next, SiteFacts facts) {
    KnownKit known = facts.kits().get(kitId);
    if (known == null || !isAt(site, known)) {
      return refuse(
          Reason.KIT_NOT_FOUND,
          "site %s of study %s has no kit %s".formatted(site.siteId(), site.studyId(), kitId),
          site,
          kitId);
    }
    if (known.state().allows(next)) {
      return Optional.empty();
    }
    return refuse(
        Reason.KIT_TRANSITION_NOT_ALLOWED,
        "kit %s is %s and cannot become %s".formatted(kitId, known.state().code(), next.code()),
        site,
        kitId);
  }

  private static Optional<Refusal> notDispensed(SiteId site, String kitId, SiteFacts facts) {
    if (facts.dispensed().equals(Optional.of(kitId))) {
      return Optional.empty();
    }
    return refuse(
        Reason.KIT_NOT_DISPENSED,
        "the enrollment was not confirmed with kit %s at site %s".formatted(kitId, site.siteId()),
        site,
        kitId);
  }

  private static boolean isAt(SiteId site, KnownKit known) {
    return known.siteId().equals(site.siteId());
  }

  private static Optional<Refusal> refuse(
      Reason reason, String message, SiteId site, String kitId) {
    return Optional.of(
        new Refusal(
            reason,
            message,
            Map.of("study_id", site.studyId(), "site_id", site.siteId(), "kit_id", kitId)));
  }
}
