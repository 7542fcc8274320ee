package org.accrual.consumers.console;

import io.grpc.ManagedChannel;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import jakarta.annotation.PreDestroy;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import org.accrual.consumers.ConsumersSettings;
import org.accrual.runtime.Endpoint;
import org.accrual.runtime.Settings;

/**
 * To the two gRPC servers. This process's own is called over its port as by anyone else, so that
 * validation, correlation and errors are the same and cannot be passed by.
 */
@ApplicationScoped
class Channels {
  private static final int LARGEST_ANSWER = 8 * 1024 * 1024;

  private final ManagedChannel own;
  private final ManagedChannel core;

  @Inject
  Channels(ConsumersSettings settings) {
    own = open(NettyChannelBuilder.forAddress(Endpoint.grpc(Settings.load()).reachable()));
    core = open(NettyChannelBuilder.forTarget(settings.console().core()));
  }

  /** Queries and operators' calls. */
  ManagedChannel own() {
    return own;
  }

  /** enrollment-core: commands. */
  ManagedChannel core() {
    return core;
  }

  @PreDestroy
  void close() {
    own.shutdownNow();
    core.shutdownNow();
  }

  private static ManagedChannel open(NettyChannelBuilder channel) {
    return channel.usePlaintext().maxInboundMessageSize(LARGEST_ANSWER).build();
  }
}
