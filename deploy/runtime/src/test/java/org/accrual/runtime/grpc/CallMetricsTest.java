package org.accrual.runtime.grpc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.grpc.ManagedChannel;
import io.grpc.Server;
import io.grpc.ServerInterceptors;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.health.v1.HealthCheckRequest;
import io.grpc.health.v1.HealthGrpc;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.grpc.netty.shaded.io.grpc.netty.NettyServerBuilder;
import io.grpc.protobuf.services.HealthStatusManager;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.accrual.runtime.metrics.Meters;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("Metrics of gRPC calls")
class CallMetricsTest {
  private final SlowRegistry slow = new SlowRegistry();
  private final CallMetrics metrics = new CallMetrics(new Meters(slow.registry()));
  private Server server;
  private ManagedChannel channel;

  @BeforeEach
  void serve() throws IOException {
    server =
        NettyServerBuilder.forAddress(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
            .executor(Executors.newVirtualThreadPerTaskExecutor())
            .addService(
                ServerInterceptors.intercept(new HealthStatusManager().getHealthService(), metrics))
            .build()
            .start();
    channel = NettyChannelBuilder.forAddress("127.0.0.1", server.getPort()).usePlaintext().build();
  }

  @AfterEach
  void stop() {
    slow.proceed();
    channel.shutdownNow();
    server.shutdownNow();
  }

  @Test
  @DisplayName("calls are answered while the registry cannot create a meter, and counted later")
  void callsAreAnsweredWhileTheRegistryIsBlocked() {
    metrics.processStarted();
    assertThat(check("")).isEqualTo(Status.Code.OK);
    assertThat(check("unknown")).isEqualTo(Status.Code.NOT_FOUND);
    assertThat(check("")).isEqualTo(Status.Code.OK);
    assertThat(slow.updated).isEmpty();

    slow.proceed();

    await().atMost(10, TimeUnit.SECONDS).until(() -> slow.updated.size() == 3);
    assertThat(slow.updated)
        .containsExactlyInAnyOrder(
            List.of("grpc.health.v1.Health", "Check", "OK"),
            List.of("grpc.health.v1.Health", "Check", "NOT_FOUND"),
            List.of("grpc.health.v1.Health", "Check", "OK"));
  }

  @Test
  @DisplayName("no meter is created while the process starts; calls until then are counted later")
  void nothingIsCreatedBeforeTheStart() throws Exception {
    slow.proceed();

    assertThat(check("")).isEqualTo(Status.Code.OK);
    assertThat(slow.isAsked(Duration.ofSeconds(1))).isFalse();
    metrics.processStarted();

    await().atMost(10, TimeUnit.SECONDS).until(() -> slow.updated.size() == 1);
  }

  private Status.Code check(String service) {
    try {
      var _ =
          HealthGrpc.newBlockingStub(channel)
              .withDeadlineAfter(5, TimeUnit.SECONDS)
              .check(HealthCheckRequest.newBuilder().setService(service).build());
      return Status.Code.OK;
    } catch (StatusRuntimeException e) {
      return e.getStatus().getCode();
    }
  }
}
