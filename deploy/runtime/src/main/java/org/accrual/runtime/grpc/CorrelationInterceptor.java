package org.accrual.runtime.grpc;

import io.grpc.ForwardingServerCall.SimpleForwardingServerCall;
import io.grpc.ForwardingServerCallListener.SimpleForwardingServerCallListener;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCall.Listener;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import java.util.UUID;
import java.util.regex.Pattern;
import org.accrual.contract.RequestMetadata;
import org.accrual.runtime.Correlation;
import org.jspecify.annotations.Nullable;

/**
 * Takes the correlation id from the call or makes one, binds it around the call's work and answers
 * it back.
 */
final class CorrelationInterceptor implements ServerInterceptor {
  private static final Metadata.Key<String> ID = key(RequestMetadata.CORRELATION_ID);
  private static final Metadata.Key<String> ACTOR = key(RequestMetadata.ACTOR);
  private static final Metadata.Key<String> TRACEPARENT = key(RequestMetadata.TRACEPARENT);
  private static final Pattern ALLOWED_ID = Pattern.compile("[A-Za-z0-9._:-]{1,128}");
  private static final Pattern ALLOWED_ACTOR = Pattern.compile("[\\x20-\\x7e]{1,128}");
  private static final Pattern ALLOWED_TRACE =
      Pattern.compile("[0-9a-f]{2}-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}");

  @Override
  public <Q, A> Listener<Q> interceptCall(
      ServerCall<Q, A> call, Metadata sent, ServerCallHandler<Q, A> next) {
    Correlation correlation =
        new Correlation(
            allowed(ALLOWED_ID, sent.get(ID), UUID.randomUUID().toString()),
            allowed(ALLOWED_ACTOR, sent.get(ACTOR), ""),
            allowed(ALLOWED_TRACE, sent.get(TRACEPARENT), ""));
    ServerCall<Q, A> answering = new AnsweringCall<>(call, correlation.id());
    Listener<Q> listener =
        ScopedValue.where(Correlation.CURRENT, correlation)
            .call(() -> next.startCall(answering, sent));
    return new BoundListener<>(listener, correlation);
  }

  /** A value of the wrong form is not carried on: it would end in logs, headers and tables. */
  private static String allowed(Pattern pattern, @Nullable String value, String otherwise) {
    return value != null && pattern.matcher(value).matches() ? value : otherwise;
  }

  private static Metadata.Key<String> key(String name) {
    return Metadata.Key.of(name, Metadata.ASCII_STRING_MARSHALLER);
  }

  private static final class AnsweringCall<Q, A> extends SimpleForwardingServerCall<Q, A> {
    private final String id;
    private boolean headersSent;

    AnsweringCall(ServerCall<Q, A> call, String id) {
      super(call);
      this.id = id;
    }

    @Override
    public void sendHeaders(Metadata headers) {
      headersSent = true;
      headers.put(ID, id);
      super.sendHeaders(headers);
    }

    @Override
    public void close(io.grpc.Status status, Metadata trailers) {
      if (!headersSent) {
        trailers.put(ID, id);
      }
      super.close(status, trailers);
    }
  }

  private static final class BoundListener<Q> extends SimpleForwardingServerCallListener<Q> {
    private final Correlation correlation;

    BoundListener(Listener<Q> listener, Correlation correlation) {
      super(listener);
      this.correlation = correlation;
    }

    @Override
    public void onMessage(Q message) {
      bound(() -> super.onMessage(message));
    }

    @Override
    public void onHalfClose() {
      bound(super::onHalfClose);
    }

    @Override
    public void onCancel() {
      bound(super::onCancel);
    }

    @Override
    public void onComplete() {
      bound(super::onComplete);
    }

    @Override
    public void onReady() {
      bound(super::onReady);
    }

    private void bound(Runnable work) {
      ScopedValue.where(Correlation.CURRENT, correlation).run(work);
    }
  }
}
