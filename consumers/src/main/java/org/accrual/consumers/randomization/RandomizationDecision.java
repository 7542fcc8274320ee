package org.accrual.consumers.randomization;

import java.util.List;
import java.util.Map;

/** The decision on a request to randomize that was not allocated before. */
sealed interface RandomizationDecision {

  /** The patient belongs to the stratum of these levels. */
  record Allocate(List<Integer> levels) implements RandomizationDecision {}

  record Refuse(String reason) implements RandomizationDecision {}

  /** The study's events have not arrived up to the version that the request was accepted on. */
  record Wait() implements RandomizationDecision {}

  /**
   * The rules. Total and pure. A refusal needs no record: a study's factors do not change, so that
   * the same request is refused again.
   */
  static RandomizationDecision of(
      StudyDesign study, Map<String, String> levels, long studyVersion) {
    if (study.version() < Math.max(studyVersion, 1)) {
      return new Wait();
    }
    return study
        .stratum(levels)
        .<RandomizationDecision>map(Allocate::new)
        .orElseGet(() -> new Refuse("STRATUM_UNKNOWN"));
  }
}
