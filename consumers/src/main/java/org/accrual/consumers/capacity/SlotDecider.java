package org.accrual.consumers.capacity;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.accrual.consumers.capacity.SlotDecision.Decided;
import org.accrual.consumers.capacity.SlotDecision.Lapsed;
import org.accrual.consumers.capacity.SlotDecision.Wait;
import org.accrual.consumers.capacity.StudyLimits.Limit;

/** The rules for slots. Total and pure. */
final class SlotDecider {
  private SlotDecider() {}

  /**
   * A request for a slot.
   *
   * @param strata the patient's levels by factor
   * @param studyVersion of the study's stream that it was accepted on
   * @param siteVersion of the site's stream that it was accepted on
   */
  record SlotRequest(Map<String, String> strata, long studyVersion, long siteVersion) {}

  static SlotDecision reserve(
      SiteSlots site, StudyLimits study, Reservation before, SlotRequest request) {
    return switch (before.slot()) {
      case NONE ->
          site.version() < request.siteVersion() || study.version() < request.studyVersion()
              ? new Wait()
              : decide(site, study, request.strata());
      // Requested again: the first answer again, whatever site and study are like by now.
      case RESERVED, EXHAUSTED, INACTIVE, STUDY_FULL, STRATUM_FULL ->
          new Decided(site, study, before);
      // Overtaken by its own release.
      case RELEASED -> new Lapsed();
    };
  }

  private static SlotDecision decide(
      SiteSlots site, StudyLimits study, Map<String, String> strata) {
    List<Limit> limits = study.of(strata);
    Optional<Limit> reached = limits.stream().filter(Limit::isReached).findFirst();
    if (!site.active()) {
      return refused(site, study, Slot.INACTIVE);
    }
    if (reached.isPresent()) {
      return refused(
          site, study, reached.get().levels().isEmpty() ? Slot.STUDY_FULL : Slot.STRATUM_FULL);
    }
    if (site.taken() >= site.capacity()) {
      return refused(site, study, Slot.EXHAUSTED);
    }
    List<Integer> numbers = limits.stream().map(Limit::number).toList();
    return new Decided(
        site.taken(1), study.taken(numbers, 1), new Reservation(Slot.RESERVED, numbers));
  }

  private static Decided refused(SiteSlots site, StudyLimits study, Slot slot) {
    return new Decided(site, study, Reservation.of(slot));
  }

  /**
   * Decides a release. It is always answered, so that compensation ends; without a reservation it
   * bars a later one.
   *
   * @param confirmed whether the enrollment was: the limits still count the patient
   */
  static Decided release(SiteSlots site, StudyLimits study, Reservation before, boolean confirmed) {
    return switch (before.slot()) {
      case RESERVED ->
          confirmed
              ? new Decided(site.taken(-1), study, new Reservation(Slot.RELEASED, before.limits()))
              : new Decided(
                  site.taken(-1), study.taken(before.limits(), -1), Reservation.of(Slot.RELEASED));
      case RELEASED -> new Decided(site, study, before);
      case NONE, EXHAUSTED, INACTIVE, STUDY_FULL, STRATUM_FULL ->
          refused(site, study, Slot.RELEASED);
    };
  }
}
