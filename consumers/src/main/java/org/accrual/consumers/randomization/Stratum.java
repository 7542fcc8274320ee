package org.accrual.consumers.randomization;

import java.util.List;
import org.accrual.consumers.participant.SiteKey;

/** Names the strata and patients of a study as allocations need them. */
final class Stratum {
  private static final String CENTRAL = "";

  private Stratum() {}

  /**
   * A stratum of a study.
   *
   * @param siteId empty where the strata are central
   * @param levels position of the level of each factor, from 1
   */
  record Key(String studyId, String siteId, List<Integer> levels) {

    static Key of(StudyDesign study, SiteKey site, List<Integer> levels) {
      return new Key(site.studyId(), study.bySite() ? site.siteId() : CENTRAL, levels);
    }

    /** Returns the levels as an array in SQL. */
    String array() {
      return levels.toString().replace('[', '{').replace(']', '}');
    }

    /** Part of the algorithm: a schedule follows from it. */
    @Override
    public String toString() {
      return "%s/%s/%s".formatted(studyId, siteId, array());
    }
  }

  /** A patient in a stratum, who has one place of its schedule at most. */
  record Patient(Key stratum, String patientId) {}
}
