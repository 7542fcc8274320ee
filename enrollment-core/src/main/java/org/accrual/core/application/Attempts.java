package org.accrual.core.application;

import java.util.Optional;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * Loads and decides again when another command was faster. Of those that collide one always gets
 * through, so a few attempts do.
 */
final class Attempts {
  private static final int MAX = 8;

  private Attempts() {}

  /**
   * @param load reads what the decision rests on
   * @param kept the answer to this request among it, if it was accepted before
   * @param decide decides and commits
   */
  static <L> Outcome run(
      Request request,
      Supplier<L> load,
      Function<L, Optional<KeptAnswer>> kept,
      Function<L, Outcome> decide) {
    for (int attempt = 1; attempt <= MAX; attempt++) {
      L loaded = load.get();
      Optional<Outcome> repeated = kept.apply(loaded).map(answer -> repeated(request, answer));
      if (repeated.isPresent()) {
        return repeated.get();
      }
      try {
        return decide.apply(loaded);
      } catch (Conflict moved) {
        // Nothing was written: decide on what is there now.
      }
    }
    return new Outcome.Contended();
  }

  private static Outcome repeated(Request request, KeptAnswer kept) {
    return kept.fingerprint().equals(request.fingerprint())
        ? new Outcome.Answered(kept.answer())
        : new Outcome.RequestIdReused();
  }
}
