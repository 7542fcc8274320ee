package org.accrual.consumers.randomization;

import java.time.Instant;
import java.util.List;
import java.util.Map;

/** The decision on a request to randomize that was not allocated before. */
sealed interface RandomizationDecision {

  /** The patient belongs to the stratum of these levels. */
  record Allocate(List<Integer> levels) implements RandomizationDecision {}

  record Refuse(String reason) implements RandomizationDecision {}

  /** The study's events have not arrived up to the version that the request names. */
  record Wait(Instant until) implements RandomizationDecision {}

  /** The deadline has passed: nothing changes and nobody waits for an answer. */
  record Lapsed() implements RandomizationDecision {}

  /**
   * The rules. Total and pure. A refusal needs no record: a study's factors do not change, so that
   * the same request is refused again.
   */
  static RandomizationDecision of(
      StudyDesign study,
      Map<String, String> levels,
      long studyVersion,
      Instant deadline,
      Instant now) {
    if (!now.isBefore(deadline)) {
      return new Lapsed();
    }
    if (study.version() < Math.max(studyVersion, 1)) {
      return new Wait(deadline);
    }
    return study
        .stratum(levels)
        .<RandomizationDecision>map(Allocate::new)
        .orElseGet(() -> new Refuse("STRATUM_UNKNOWN"));
  }
}
