package org.accrual.relay.stream.encoding;

import java.time.Duration;
import java.util.Optional;
import java.util.function.LongSupplier;
import org.accrual.runtime.registry.RegistryUnavailable;
import org.accrual.runtime.registry.SchemaRegistry;
import org.accrual.runtime.registry.SchemaRegistry.Registered;

/**
 * Keeps the latest schema of each type that SQL publishes. Negative answers are kept too, for
 * {@link #NO}: thousands of rows without a schema cost one request, not thousands. Rows of as many
 * different types cost {@link #MOST_UNKNOWN}, since all other rows wait meanwhile. Used by one
 * thread.
 */
final class LatestSchemas {
  static final Duration FRESH = Duration.ofSeconds(30);
  static final Duration NO = Duration.ofSeconds(5);

  /** Most types without a schema that are asked for within {@link #NO}, per aggregate type. */
  static final int MOST_UNKNOWN = 20;

  private final SchemaRegistry registry;
  private final RegistryQuestions questions;
  private final Recent<Registered> known;
  private final Recent<String> refused;

  /** How many types of an aggregate type were refused since it had none for {@link #NO}. */
  private final Recent<Integer> refusals;

  /** Types whose schema was asked for again, because a value did not fit. */
  private final Recent<Boolean> askedAgain;

  LatestSchemas(SchemaRegistry registry, RegistryQuestions questions, LongSupplier nanoTime) {
    this.registry = registry;
    this.questions = questions;
    this.known = new Recent<>(nanoTime);
    this.refused = new Recent<>(nanoTime);
    this.refusals = new Recent<>(nanoTime);
    this.askedAgain = new Recent<>(nanoTime);
  }

  /**
   * Returns the latest schema that anybody has registered for a type, as it was at most 30 s ago;
   * an older one while the registry is away.
   *
   * @param aggregateType that the type was published to
   * @throws UnpublishableException if there was none in the last 5 s, or none for {@link
   *     #MOST_UNKNOWN} other types of the aggregate type
   * @throws InterruptedException if stopped while the registry was away
   */
  Registered of(String aggregateType, String type) throws InterruptedException {
    Optional<Registered> fresh = known.fresh(type);
    if (fresh.isPresent()) {
      return fresh.get();
    }
    Optional<String> why = refused.fresh(type);
    if (why.isPresent()) {
      throw new UnpublishableException(why.get());
    }
    Optional<Registered> last = known.last(type);
    if (last.isEmpty()) {
      requireFewRefusals(aggregateType, type);
    }
    try {
      Registered schema =
          last.isPresent()
              ? nowOr(type, last.get())
              : questions.fromSql(type, () -> registry.latest(type));
      known.put(type, schema, FRESH);
      return schema;
    } catch (UnpublishableException e) {
      refused.put(type, String.valueOf(e.getMessage()), NO);
      countRefusal(aggregateType);
      throw e;
    }
  }

  private void requireFewRefusals(String aggregateType, String type) {
    if (refusals.fresh(aggregateType).orElse(0) >= MOST_UNKNOWN) {
      throw new UnpublishableException(
          "%d types of aggregatetype %s have no schema: the registry is not asked for %s and others within %d s; register the schemas and publish again"
              .formatted(MOST_UNKNOWN, aggregateType, type, NO.toSeconds()));
    }
  }

  private void countRefusal(String aggregateType) {
    refusals.put(aggregateType, refusals.fresh(aggregateType).orElse(0) + 1, NO);
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
