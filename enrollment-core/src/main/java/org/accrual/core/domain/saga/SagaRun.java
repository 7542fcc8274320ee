package org.accrual.core.domain.saga;

import java.time.Instant;

/**
 * A run between two inputs. What it has for the patient so far stands on the enrollment's stream;
 * this is the rest.
 *
 * @param attempt which request of the enrollment, 1 for the first
 * @param studyVersion of the study's stream that the request was accepted on
 * @param siteVersion of the site's stream, likewise
 * @param dueAt when the step fails (forward) or is asked for again
 */
public record SagaRun(
    int attempt, SagaStep step, long studyVersion, long siteVersion, Instant dueAt) {

  SagaRun at(SagaStep next, Instant due) {
    return new SagaRun(attempt, next, studyVersion, siteVersion, due);
  }
}
