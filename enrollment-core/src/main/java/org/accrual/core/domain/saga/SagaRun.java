package org.accrual.core.domain.saga;

/**
 * A run between two inputs. The enrollment's stream has the rest.
 *
 * @param attempt which request of the enrollment, 1 for the first
 * @param studyVersion of the study's stream that the request was accepted on
 * @param siteVersion of the site's stream, likewise
 * @param repeats how often a command was sent again, over all steps
 */
public record SagaRun(
    int attempt, SagaStep step, long studyVersion, long siteVersion, int repeats) {

  SagaRun at(SagaStep next) {
    return new SagaRun(attempt, next, studyVersion, siteVersion, repeats);
  }

  SagaRun repeated() {
    return new SagaRun(attempt, step, studyVersion, siteVersion, repeats + 1);
  }
}
