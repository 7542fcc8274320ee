package org.accrual.consumers.capacity;

import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import org.accrual.consumers.participant.Answers;
import org.accrual.consumers.participant.Attempt;
import org.accrual.consumers.participant.Pending;
import org.accrual.consumers.participant.Request;
import org.accrual.consumers.participant.SiteKey;
import org.accrual.event.capacity.ReleaseSlot;
import org.accrual.event.capacity.ReserveSlot;
import org.accrual.event.capacity.SlotRefused;
import org.accrual.event.capacity.SlotReleased;
import org.accrual.event.capacity.SlotReserved;
import org.accrual.event.site.SiteActivated;
import org.accrual.event.site.SiteCapacityChanged;
import org.accrual.event.site.SiteDeactivated;
import org.accrual.intake.Message;
import org.apache.avro.specific.SpecificRecord;

/** The sites and attempts of one batch: as they were read, then as its messages leave them. */
final class SlotLedger {
  private final Map<SiteKey, SiteSlots> sites;
  private final Map<Attempt, Slot> slots;
  private final Pending pending;
  private final Answers answers;
  private final Map<SiteKey, SiteSlots> changedSites = new LinkedHashMap<>();
  private final Map<Attempt, Reservation> changedSlots = new LinkedHashMap<>();

  /** A row to write. */
  record Reservation(Attempt attempt, SiteKey site, Slot slot) {}

  SlotLedger(
      Map<SiteKey, SiteSlots> sites, Map<Attempt, Slot> slots, Pending pending, Answers answers) {
    this.sites = new HashMap<>(sites);
    this.slots = new HashMap<>(slots);
    this.pending = pending;
    this.answers = answers;
  }

  void hear(Message news) {
    long version = news.version();
    switch (news.body()) {
      case SiteActivated e -> {
        SiteKey key = new SiteKey(e.getStudyId(), e.getSiteId());
        put(key, site(key).activated(version, e.getCapacity()));
      }
      case SiteCapacityChanged e -> {
        SiteKey key = new SiteKey(e.getStudyId(), e.getSiteId());
        put(key, site(key).capacityChanged(version, e.getCapacity()));
      }
      case SiteDeactivated e -> {
        SiteKey key = new SiteKey(e.getStudyId(), e.getSiteId());
        put(key, site(key).deactivated(version));
      }
      default -> {
        SiteKey key = SiteKey.of(news.body());
        put(key, site(key).at(version));
      }
    }
  }

  void take(Request request) {
    SiteSlots site = site(request.site());
    Slot slot = slots.getOrDefault(request.attempt(), Slot.NONE);
    SlotDecision decision =
        switch (request.command()) {
          case ReserveSlot c -> SlotDecider.reserve(site, slot, c.getSiteVersion());
          case ReleaseSlot _ -> SlotDecider.release(site, slot);
          case SpecificRecord other -> throw request.unknown(other);
        };
    switch (decision) {
      case SlotDecision.Decided decided -> {
        pending.remove(request.attempt());
        put(request, slot, decided);
        answers.add(request, answer(request, decided.slot()));
      }
      case SlotDecision.Wait _ -> pending.add(request);
      case SlotDecision.Lapsed _ -> pending.remove(request.attempt());
    }
  }

  Map<SiteKey, SiteSlots> changedSites() {
    return changedSites;
  }

  Map<Attempt, Reservation> changedSlots() {
    return changedSlots;
  }

  private SiteSlots site(SiteKey key) {
    return sites.getOrDefault(key, SiteSlots.UNHEARD);
  }

  private void put(SiteKey key, SiteSlots site) {
    sites.put(key, site);
    changedSites.put(key, site);
  }

  private void put(Request request, Slot before, SlotDecision.Decided after) {
    if (after.slot() != before) {
      slots.put(request.attempt(), after.slot());
      changedSlots.put(
          request.attempt(), new Reservation(request.attempt(), request.site(), after.slot()));
    }
    if (!after.site().equals(site(request.site()))) {
      put(request.site(), after.site());
    }
  }

  private static SpecificRecord answer(Request request, Slot slot) {
    String enrollment = request.enrollmentId();
    SiteKey site = request.site();
    int attempt = request.attempt().number();
    return switch (slot) {
      case RESERVED -> new SlotReserved(enrollment, site.studyId(), site.siteId(), attempt);
      case EXHAUSTED, INACTIVE ->
          new SlotRefused(enrollment, site.studyId(), site.siteId(), attempt, slot.reason());
      case RELEASED -> new SlotReleased(enrollment, site.studyId(), site.siteId(), attempt);
      case NONE -> throw new IllegalStateException("nothing was decided on " + request.attempt());
    };
  }
}
