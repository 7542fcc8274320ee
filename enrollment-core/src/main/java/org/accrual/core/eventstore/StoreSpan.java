package org.accrual.core.eventstore;

import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.StatusCode;
import java.util.function.Supplier;
import org.accrual.core.application.Origin;
import org.accrual.runtime.trace.Names;
import org.accrual.runtime.trace.Traces;

/** A span around what is asked of the event store, where it is for a call that is traced. */
final class StoreSpan {
  private final Span span;

  private StoreSpan(Span span) {
    this.span = span;
  }

  static StoreSpan begin(String operation, Origin origin) {
    if (!Traces.on(origin.traceparent())) {
      return new StoreSpan(Span.getInvalid());
    }
    return new StoreSpan(
        Traces.child("enrollment." + operation, SpanKind.CLIENT, origin.traceparent())
            .setAttribute(Names.DB_SYSTEM, "postgresql")
            .setAttribute(Names.DB_OPERATION, operation)
            .startSpan());
  }

  <T> T around(Supplier<T> work) {
    try {
      return work.get();
    } catch (RuntimeException failure) {
      span.setStatus(StatusCode.ERROR)
          .setAttribute(Names.ERROR_TYPE, failure.getClass().getSimpleName());
      throw failure;
    } finally {
      span.end();
    }
  }
}
