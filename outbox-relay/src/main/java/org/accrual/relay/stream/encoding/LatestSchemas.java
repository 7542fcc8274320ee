package org.accrual.relay.stream.encoding;

import java.time.Duration;
import java.util.Optional;
import java.util.function.LongSupplier;
import org.accrual.runtime.registry.RegistryUnavailable;
import org.accrual.runtime.registry.SchemaRegistry;
import org.accrual.runtime.registry.SchemaRegistry.Registered;

/**
 * Keeps the latest schema of each type that SQL publishes. Negative answers are kept too, for
 * {@link #NO}: thousands of rows without a schema cost one request, not thousands. Used by one
 * thread.
 */
final class LatestSchemas {
  static final Duration FRESH = Duration.ofSeconds(30);
  static final Duration NO = Duration.ofSeconds(5);

  private final SchemaRegistry registry;
  private final RegistryQuestions questions;
  private final Recent<Registered> known;
  private final Recent<String> refused;

  /** Types whose schema was asked for again, because a value did not fit. */
  private final Recent<Boolean> askedAgain;

  LatestSchemas(SchemaRegistry registry, RegistryQuestions questions, LongSupplier nanoTime) {
    this.registry = registry;
    this.questions = questions;
    this.known = new Recent<>(nanoTime);
    this.refused = new Recent<>(nanoTime);
    this.askedAgain = new Recent<>(nanoTime);
  }

  /**
   * Returns the latest schema that anybody has registered for a type, as it was at most 30 s ago;
   * an older one while the registry is away.
   *
   * @throws Unpublishable if there was none in the last 5 s
   * @throws InterruptedException if stopped while the registry was away
   */
  Registered of(String type) throws InterruptedException {
    Optional<Registered> fresh = known.fresh(type);
    if (fresh.isPresent()) {
      return fresh.get();
    }
    Optional<String> why = refused.fresh(type);
    if (why.isPresent()) {
      throw new Unpublishable(why.get());
    }
    try {
      Optional<Registered> last = known.last(type);
      Registered schema =
          last.isPresent()
              ? nowOr(type, last.get())
              : questions.fromSql(type, () -> registry.latest(type));
      known.put(type, schema, FRESH);
      return schema;
    } catch (Unpublishable e) {
      refused.put(type, String.valueOf(e.getMessage()), NO);
      throw e;
    }
  }

  /** Returns a newer schema than one that a value does not fit; asks at most every 5 s. */
  Optional<Registered> newerThan(Registered seen, String type) throws InterruptedException {
    if (askedAgain.fresh(type).isPresent()) {
      return Optional.empty();
    }
    askedAgain.put(type, true, NO);
    Registered now = nowOr(type, seen);
    known.put(type, now, FRESH);
    return now.id() == seen.id() ? Optional.empty() : Optional.of(now);
  }

  private Registered nowOr(String type, Registered last) throws InterruptedException {
    return questions.fromSql(
        type,
        () -> {
          try {
            return registry.latest(type);
          } catch (RegistryUnavailable e) {
            return last;
          }
        });
  }
}
