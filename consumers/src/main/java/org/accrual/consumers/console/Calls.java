package org.accrual.consumers.console;

import com.google.protobuf.Message;
import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientInterceptors;
import io.grpc.Context;
import io.grpc.Metadata;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.ClientCalls;
import io.grpc.stub.MetadataUtils;
import io.grpc.stub.StreamObserver;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import org.accrual.contract.RequestMetadata;

/** Makes the calls of {@link CallTable}. */
@ApplicationScoped
class Calls {
  private static final long SECONDS = 10;
  private static final Metadata.Key<String> CORRELATION = key(RequestMetadata.CORRELATION_ID);
  private static final Metadata.Key<String> ACTOR = key(RequestMetadata.ACTOR);

  private final Channels channels;

  @Inject
  Calls(Channels channels) {
    this.channels = channels;
  }

  /**
   * Calls once.
   *
   * @param actor who acts, as the person at the browser said; empty for nobody
   * @return an {@link Envelope}
   */
  String once(String name, String json, String actor) {
    return once(name, json, actor, UUID.randomUUID().toString());
  }

  /** The same, as part of a conversation. */
  String once(String name, String json, String actor, String correlation) {
    try {
      Call call = CallTable.find(name);
      return Envelope.answer(
          ClientCalls.blockingUnaryCall(
              channel(call, correlation, actor),
              call.method(),
              CallOptions.DEFAULT.withDeadlineAfter(SECONDS, TimeUnit.SECONDS),
              call.request(json)));
    } catch (StatusRuntimeException failed) {
      return Envelope.error(Failure.of(failed, correlation));
    }
  }

  /** Calls a stream until the context is cancelled. */
  void stream(Call call, Message request, Context context, StreamObserver<Message> answers) {
    context.run(
        () ->
            ClientCalls.asyncServerStreamingCall(
                channel(call, UUID.randomUUID().toString(), "")
                    .newCall(call.method(), CallOptions.DEFAULT),
                request,
                answers));
  }

  private Channel channel(Call call, String correlation, String actor) {
    return with(call.ofCore() ? channels.core() : channels.own(), correlation, actor);
  }

  /** A channel whose calls belong to a conversation. */
  static Channel with(Channel channel, String correlation, String actor) {
    Metadata sent = new Metadata();
    sent.put(CORRELATION, correlation);
    if (!actor.isBlank()) {
      sent.put(ACTOR, actor);
    }
    return ClientInterceptors.intercept(channel, MetadataUtils.newAttachHeadersInterceptor(sent));
  }

  private static Metadata.Key<String> key(String name) {
    return Metadata.Key.of(name, Metadata.ASCII_STRING_MARSHALLER);
  }
}
