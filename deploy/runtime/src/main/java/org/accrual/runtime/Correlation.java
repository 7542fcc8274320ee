package org.accrual.runtime;

import java.util.Optional;

/**
 * What ties the work at hand to its conversation. Bound to a scope, never to a thread: see {@link
 * #CURRENT}.
 *
 * @param id of the whole conversation
 * @param actor who acts, as the caller asserted; empty if nobody said
 * @param traceparent W3C trace context; empty if there is none
 */
public record Correlation(String id, String actor, String traceparent) {
  /** Bound by the gRPC server around each call and by the intake around each record. */
  public static final ScopedValue<Correlation> CURRENT = ScopedValue.newInstance();

  /** That of the work at hand; empty outside of any. */
  public static Optional<Correlation> current() {
    return CURRENT.isBound() ? Optional.of(CURRENT.get()) : Optional.empty();
  }
}
