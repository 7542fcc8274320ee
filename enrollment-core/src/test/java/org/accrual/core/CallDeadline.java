package org.accrual.core;

import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientCall;
import io.grpc.ClientInterceptor;
import io.grpc.MethodDescriptor;
import java.util.concurrent.TimeUnit;

/** Gives a deadline to each call that has none, so that a call without an answer fails its test. */
final class CallDeadline implements ClientInterceptor {
  private static final long SECONDS = 60;

  @Override
  public <Q, A> ClientCall<Q, A> interceptCall(
      MethodDescriptor<Q, A> method, CallOptions options, Channel next) {
    return next.newCall(
        method,
        options.getDeadline() == null
            ? options.withDeadlineAfter(SECONDS, TimeUnit.SECONDS)
            : options);
  }
}
