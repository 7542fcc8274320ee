package org.accrual.runtime.grpc;

import io.grpc.ManagedChannel;
import io.grpc.StatusRuntimeException;
import io.grpc.health.v1.HealthCheckRequest;
import io.grpc.health.v1.HealthCheckResponse.ServingStatus;
import io.grpc.health.v1.HealthGrpc;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import java.net.SocketAddress;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.accrual.runtime.liveness.Heartbeat;

/**
 * Calls the health service of this process's own gRPC server as a client does, over its port and
 * through its interceptors, four times within the timeout. Each answer is a heartbeat of the loop
 * {@code grpc}: a server that does not answer makes {@code /health/live} fail.
 */
final class GrpcSelfCall implements AutoCloseable {
  private static final Logger LOG = Logger.getLogger(GrpcSelfCall.class.getName());

  private final ManagedChannel channel;
  private final Heartbeat heartbeat;
  private final Duration deadline;
  private final Duration period;
  private final CountDownLatch stopping = new CountDownLatch(1);

  /**
   * Creates a caller that is not started.
   *
   * @param server where the server listens
   * @param timeout after which a server that has not answered counts as stuck
   */
  GrpcSelfCall(SocketAddress server, Duration timeout) {
    this.channel = NettyChannelBuilder.forAddress(server).usePlaintext().directExecutor().build();
    this.heartbeat = new Heartbeat("grpc", timeout);
    this.deadline = timeout.dividedBy(2);
    this.period = timeout.dividedBy(4);
  }

  void start() {
    // A platform thread: it must notice when virtual threads no longer run.
    Thread.ofPlatform().daemon().name("grpc-self-call").start(heartbeat.watch(this::run));
  }

  @Override
  public void close() {
    heartbeat.stop();
    stopping.countDown();
    channel.shutdownNow();
  }

  private void run() {
    try {
      do {
        call();
      } while (!stopping.await(period.toMillis(), TimeUnit.MILLISECONDS));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void call() {
    try {
      // Any status will do: a process that is not ready is alive.
      ServingStatus status =
          HealthGrpc.newBlockingStub(channel)
              .withDeadlineAfter(deadline.toMillis(), TimeUnit.MILLISECONDS)
              .check(HealthCheckRequest.getDefaultInstance())
              .getStatus();
      LOG.log(Level.FINEST, "the gRPC server answers its own process: {0}", status);
      heartbeat.beat();
    } catch (StatusRuntimeException e) {
      LOG.log(
          stopping.getCount() > 0 ? Level.WARNING : Level.FINE,
          "the gRPC server does not answer its own process: {0}",
          e.getStatus());
    }
  }
}
