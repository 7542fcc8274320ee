package org.accrual.consumers.randomization;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.accrual.consumers.participant.SiteKey;

/** The places of a batch's strata and patients, as they were read and as its requests use them. */
final class Places {
  private final Map<Stratum.Key, Long> drawn;
  private final Map<SiteKey, Long> numbered;
  private final Map<Stratum.Patient, Place> places;
  private final List<Place> used = new ArrayList<>();

  /**
   * @param drawn how many places of each stratum are used
   * @param numbered how many randomization numbers each site has used
   * @param places of the batch's patients
   */
  Places(
      Map<Stratum.Key, Long> drawn,
      Map<SiteKey, Long> numbered,
      Map<Stratum.Patient, Place> places) {
    this.drawn = new HashMap<>(drawn);
    this.numbered = new HashMap<>(numbered);
    this.places = new HashMap<>(places);
  }

  /** Returns the place that the patient has in the stratum, or gives it the next one. */
  Place of(Stratum.Patient patient, SiteKey site, UUID freshId) {
    return places.computeIfAbsent(
        patient,
        _ -> {
          long ordinal = drawn.merge(patient.stratum(), 1L, Long::sum);
          long number = numbered.merge(site, 1L, Long::sum);
          Place place =
              new Place(freshId, patient, ordinal, "%s-%04d".formatted(site.siteId(), number));
          used.add(place);
          return place;
        });
  }

  /** Returns the places that were given out, in order. */
  List<Place> used() {
    return used;
  }

  Map<Stratum.Key, Long> drawn() {
    return drawn;
  }

  Map<SiteKey, Long> numbered() {
    return numbered;
  }
}
