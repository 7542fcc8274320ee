package org.accrual.consumers.capacity;

import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
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

/**
 * The studies, sites and attempts of one batch: as they were read, then as its messages leave them.
 */
final class SlotLedger {
  private final Map<String, StudyLimits> studies;
  private final Map<SiteKey, SiteSlots> sites;
  private final Map<Attempt, Reservation> reservations;
  private final Pending pending;
  private final Answers answers;
  private final Map<SiteKey, SiteSlots> changedSites = new LinkedHashMap<>();
  private final Map<Attempt, Row> changedReservations = new LinkedHashMap<>();
  private final Set<String> changedStudies = new LinkedHashSet<>();

  /** A row to write. */
  record Row(Attempt attempt, SiteKey site, Reservation reservation) {}

  SlotLedger(
      Map<String, StudyLimits> studies,
      Map<SiteKey, SiteSlots> sites,
      Map<Attempt, Reservation> reservations,
      Pending pending,
      Answers answers) {
    this.studies = new HashMap<>(studies);
    this.sites = new HashMap<>(sites);
    this.reservations = new HashMap<>(reservations);
    this.pending = pending;
    this.answers = answers;
  }

  /** Applies an event of a site. */
  void apply(Message event) {
    long version = event.version();
    switch (event.body()) {
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
        SiteKey key = SiteKey.of(event.body());
        put(key, site(key).at(version));
      }
    }
  }

  void take(Request request) {
    SiteSlots site = site(request.site());
    StudyLimits study = studies.getOrDefault(request.site().studyId(), StudyLimits.UNKNOWN);
    Reservation before = reservations.getOrDefault(request.attempt(), Reservation.NONE);
    SlotDecision decision =
        switch (request.command()) {
          case ReserveSlot c ->
              SlotDecider.reserve(
                  site,
                  study,
                  before,
                  new SlotDecider.SlotRequest(
                      c.getStrata(), c.getStudyVersion(), c.getSiteVersion()));
          case ReleaseSlot c -> SlotDecider.release(site, study, before, c.getConfirmed());
          case SpecificRecord other -> throw request.unknown(other);
        };
    switch (decision) {
      case SlotDecision.Decided decided -> {
        pending.remove(request.attempt());
        put(request, before, decided);
        answers.add(request, answer(request, decided.reservation().slot()));
      }
      case SlotDecision.Wait _ -> pending.add(request);
      case SlotDecision.Lapsed _ -> pending.remove(request.attempt());
    }
  }

  Map<SiteKey, SiteSlots> changedSites() {
    return changedSites;
  }

  Map<Attempt, Row> changedReservations() {
    return changedReservations;
  }

  List<LimitTables.Row> changedLimits() {
    return changedStudies.stream()
        .flatMap(
            study ->
                studies.getOrDefault(study, StudyLimits.UNKNOWN).limits().stream()
                    .map(limit -> new LimitTables.Row(study, limit)))
        .toList();
  }

  private SiteSlots site(SiteKey key) {
    return sites.getOrDefault(key, SiteSlots.UNHEARD);
  }

  private void put(SiteKey key, SiteSlots site) {
    sites.put(key, site);
    changedSites.put(key, site);
  }

  private void put(Request request, Reservation before, SlotDecision.Decided after) {
    if (!after.reservation().equals(before)) {
      reservations.put(request.attempt(), after.reservation());
      changedReservations.put(
          request.attempt(), new Row(request.attempt(), request.site(), after.reservation()));
    }
    String study = request.site().studyId();
    if (!after.study().equals(studies.getOrDefault(study, StudyLimits.UNKNOWN))) {
      studies.put(study, after.study());
      changedStudies.add(study);
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
      case EXHAUSTED, INACTIVE, STUDY_FULL, STRATUM_FULL ->
          new SlotRefused(enrollment, site.studyId(), site.siteId(), attempt, slot.reason());
      case RELEASED -> new SlotReleased(enrollment, site.studyId(), site.siteId(), attempt);
      case NONE -> throw new IllegalStateException("nothing was decided on " + request.attempt());
    };
  }
}
