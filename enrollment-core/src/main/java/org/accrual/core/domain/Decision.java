package org.accrual.core.domain;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

/**
 * What a decider makes of a command: the events to append, or why there are none.
 *
 * @param <E> the aggregate's events
 */
public sealed interface Decision<E> {

  /** The command is accepted; {@code events} happened, in this order. */
  record Accepted<E>(List<E> events) implements Decision<E> {
    public Accepted {
      events = List.copyOf(events);
    }
  }

  /** The command is refused; nothing happened. */
  record Refused<E>(Refusal refusal) implements Decision<E> {}

  static <E> Decision<E> accept(E event) {
    return new Accepted<>(List.of(event));
  }

  /** Accepted, and nothing needs to happen. */
  static <E> Decision<E> acceptNothing() {
    return new Accepted<>(List.of());
  }

  static <E> Decision<E> refuse(Refusal refusal) {
    return new Refused<>(refusal);
  }

  /** Decides on, given what has been accepted so far; a refusal anywhere refuses the whole. */
  default Decision<E> then(Function<List<E>, Decision<E>> next) {
    return switch (this) {
      case Refused<E> refused -> refused;
      case Accepted<E>(List<E> soFar) ->
          switch (next.apply(soFar)) {
            case Refused<E> refused -> refused;
            case Accepted<E>(List<E> more) -> {
              List<E> all = new ArrayList<>(soFar);
              all.addAll(more);
              yield new Accepted<>(all);
            }
          };
    };
  }
}
