package org.accrual.core.application;

import java.util.Optional;
import java.util.function.BiFunction;
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
    return run(request, load, kept, decide, (_, answer) -> new Outcome.Answered(answer));
  }

  /**
   * @param repeat what a repetition leads to beside the answer that was kept
   */
  static <L> Outcome run(
      Request request,
      Supplier<L> load,
      Function<L, Optional<KeptAnswer>> kept,
      Function<L, Outcome> decide,
      BiFunction<L, Answer, Outcome> repeat) {
    for (int attempt = 1; attempt <= MAX; attempt++) {
      if (request.abandoned().getAsBoolean()) {
        return new Outcome.Abandoned();
      }
      L loaded = load.get();
      Optional<KeptAnswer> answered = kept.apply(loaded);
      if (answered.filter(a -> !request.fingerprints().contains(a.fingerprint())).isPresent()) {
        return new Outcome.RequestIdReused();
      }
      try {
        return answered.isPresent()
            ? repeat.apply(loaded, answered.get().answer())
            : decide.apply(loaded);
      } catch (Conflict moved) {
        // Nothing was written: decide on what is there now.
      }
    }
    return new Outcome.Contended();
  }
}
