package org.accrual.consumers.randomization;

import java.time.Instant;
import java.util.List;
import java.util.Map;

/** What becomes of a request to randomize that was not allocated before. */
sealed interface RandomizationDecision {

  /** The next of this stratum is the patient's. */
  record Allocate(List<Integer> levels) implements RandomizationDecision {}

  record Refuse(String reason) implements RandomizationDecision {}

  /** The study has not been heard of up to where the request rests; it waits for it so long. */
  record Wait(Instant until) implements RandomizationDecision {}

  /** Too late: nothing changes and nobody waits for an answer. */
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
